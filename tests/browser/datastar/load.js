// In JavaScript: its types change those of `document` for everybody.
import '@starfederation/datastar/bundles/datastar'
