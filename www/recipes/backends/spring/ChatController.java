package chat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

@RestController
public class ChatController {
    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    /** The work on each answer, by session. Behind a login, check whose session it is. */
    private final Map<String, FutureTask<Void>> running = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ObjectMapper json = new ObjectMapper();

    public record Question(String prompt, String sessionId) {}

    public record Session(String sessionId) {}

    @PostMapping("/chat")
    public SseEmitter chat(@RequestBody Question question) {
        SseEmitter emitter = new SseEmitter(0L); // no time limit
        FutureTask<Void> work = new FutureTask<>(() -> write(question, emitter), null) {
            @Override
            protected void done() {
                running.remove(question.sessionId(), this); // not that of the next question
            }
        };
        FutureTask<Void> before = running.put(question.sessionId(), work);
        if (before != null) {
            before.cancel(true); // a session has one answer at a time
        }
        threads.execute(work);
        return emitter;
    }

    @PostMapping("/chat/cancel")
    public ResponseEntity<Map<String, Boolean>> cancel(@RequestBody Session session) {
        FutureTask<Void> work = running.get(session.sessionId());
        boolean cancelled = work != null && work.cancel(true); // interrupts its thread
        return ResponseEntity.status(cancelled ? 200 : 404).body(Map.of("cancelled", cancelled));
    }

    private void write(Question question, SseEmitter emitter) {
        int[] tokens = {0};
        String end = "stopped";
        try {
            model(question.prompt(), token -> {
                tokens[0]++;
                // Throws once nobody is reading any more.
                emitter.send(SseEmitter.event().data(json.writeValueAsString(token), TEXT));
            });
            end = "complete";
            emitter.send(SseEmitter.event().data("[DONE]", TEXT));
        } catch (Exception stopped) {
            // Cancelled, or the connection is gone: there is nobody to tell.
        } finally {
            System.out.println(question.sessionId() + ": " + end + ", " + tokens[0] + " tokens");
            emitter.complete();
        }
    }

    private interface Sink {
        void accept(String token) throws Exception;
    }

    /** Put your model here. An interrupt, or what the sink throws, has to end it. */
    private static void model(String prompt, Sink sink) throws Exception {
        for (String word : ("You asked: " + prompt).split(" ")) {
            sink.accept(word + " ");
        }
        for (int line = 1; line <= 100; line++) {
            Thread.sleep(10);
            sink.accept("\n" + line + " bottles");
        }
    }
}
