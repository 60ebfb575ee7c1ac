import { testBehaviour } from '../support/behaviour.js'
import { mount } from './mount.js'

testBehaviour(mount)
