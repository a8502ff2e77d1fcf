package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes messages of gRPC, each with its head, of a request's JSON: one of an object, or, for a
/// stream of the client's, one of each element of a list.
@Confined("worker")
final class RequestMessages implements JsonEvents {
    /// Of a message of gRPC: whether it is compressed, and how long it is.
    static final int HEAD = 5;

    private static final byte[] EMPTY_OBJECT = {'{', '}'};

    /// What messages are made like.
    ///
    /// @param body as in [HttpRule#body]
    /// @param bindings for the first message
    /// @param isCollisionError as in [Woven]
    /// @param isCaseIgnored of constants of enums
    record Plan(
            Types types,
            MessageType type,
            String body,
            List<Woven.Binding> bindings,
            boolean isCollisionError,
            boolean isCaseIgnored) {
        Plan {
            bindings = List.copyOf(bindings);
        }

        /// What the messages behind the first of a stream are made like, and of a stream the first
        /// but for its bindings.
        Plan streamed(boolean isFirst) {
            return new Plan(types, type, body, isFirst ? bindings : List.of(), false, false);
        }
    }

    private final Plan plan;
    private final boolean isStream;
    private final JsonReader reader;
    private final ArrayDeque<byte[]> ready = new ArrayDeque<>();

    /// How many objects and lists of a stream's list are open, with the list.
    private int depth;

    private boolean isFirst = true;
    private boolean isAnything;
    private boolean isDone;
    private @Nullable Pipeline pipeline;
    private @Nullable BadMessage bad;

    /// One message.
    private record Pipeline(MessageErrors errors, MessageBuilder builder, JsonEvents events) {
        static Pipeline of(Plan plan) {
            var errors = new MessageErrors();
            var builder =
                    new MessageBuilder(plan.types(), plan.type(), errors, plan.isCaseIgnored());
            JsonEvents events = builder;
            if (!plan.bindings().isEmpty()) {
                events = new Woven(plan.bindings(), events, errors, plan.isCollisionError());
            }
            if (!plan.body().isEmpty() && !plan.body().equals("*")) {
                events = new Prefixed(plan.body(), events);
            }
            return new Pipeline(errors, builder, events);
        }

        byte[] message() throws BadMessage {
            errors.check();
            if (!builder.isDone()) {
                throw new BadMessage("Invalid object");
            }
            return framed(builder.message(HEAD));
        }
    }

    /// @param isStream whether the request is a list of messages
    RequestMessages(Plan plan, boolean isStream) {
        this.plan = plan;
        this.isStream = isStream;
        this.pipeline = isStream ? null : Pipeline.of(plan);
        this.reader = new JsonReader(isStream ? this : pipeline().events());
    }

    /// The only message of bindings alone, without a head.
    static byte[] bare(Plan plan) throws BadMessage {
        Pipeline pipeline = Pipeline.of(plan);
        pipeline.events().startObject("");
        pipeline.events().endObject();
        pipeline.errors().check();
        return pipeline.builder().isDone() ? pipeline.builder().message(0) : new byte[0];
    }

    /// Fills the head of a message in.
    ///
    /// @param message with room for its head before it
    static byte[] framed(byte[] message) {
        int length = message.length - HEAD;
        for (int i = 1; i < HEAD; i++) {
            message[i] = (byte) (length >> ((HEAD - 1 - i) * Byte.SIZE));
        }
        return message;
    }

    private Pipeline pipeline() {
        Pipeline current = pipeline;
        if (current == null) {
            throw new IllegalStateException("no message was begun");
        }
        return current;
    }

    /// How many bytes are held.
    int held() {
        Pipeline current = pipeline;
        int ofMessage = current == null ? 0 : current.builder().size();
        return reader.held() + ofMessage;
    }

    /// Takes the next piece of the body. What comes behind the last message is dropped.
    ///
    /// @throws BadMessage when it cannot be translated
    void read(byte[] piece) throws BadMessage {
        if (isDone || piece.length == 0) {
            return;
        }
        isAnything = true;
        reader.read(piece);
        check();
    }

    /// The body is complete. One without a byte is an empty object.
    ///
    /// @throws BadMessage when something is missing
    void end() throws BadMessage {
        if (isDone) {
            return;
        }
        if (!isAnything) {
            reader.read(EMPTY_OBJECT);
        } else {
            reader.end();
        }
        check();
    }

    private void check() throws BadMessage {
        if (bad != null) {
            throw bad;
        }
        if (!isStream) {
            Pipeline current = pipeline();
            current.errors().check();
            if (current.builder().isDone()) {
                ready.add(current.message());
                isDone = true;
                pipeline = null;
            }
        }
    }

    /// The next message that is ready; null for none.
    byte @Nullable [] next() {
        return ready.poll();
    }

    // --- a stream's list ---------------------------------------------------------------------

    private void refuse(String message) {
        bad = new BadMessage(message);
    }

    private JsonEvents begun() {
        if (depth == 1 && pipeline == null) {
            pipeline = Pipeline.of(plan.streamed(isFirst));
            isFirst = false;
        }
        return pipeline().events();
    }

    private void finish() {
        try {
            ready.add(pipeline().message());
        } catch (BadMessage e) {
            bad = e;
        }
        pipeline = null;
    }

    @Override
    public void startObject(String name) {
        if (bad != null) {
            return;
        }
        if (depth == 0) {
            refuse("Expected an array instead of an object");
            return;
        }
        begun().startObject(name);
        depth++;
    }

    @Override
    public void endObject() {
        if (bad == null) {
            depth--;
            pipeline().events().endObject();
            if (depth == 1) {
                finish();
            }
        }
    }

    @Override
    public void startList(String name) {
        if (bad == null) {
            if (depth > 0) {
                begun().startList(name);
            }
            depth++;
        }
    }

    @Override
    public void endList() {
        if (bad != null) {
            return;
        }
        depth--;
        if (depth == 0) {
            isDone = true;
            return;
        }
        pipeline().events().endList();
        if (depth == 1) {
            finish();
        }
    }

    @Override
    public void value(String name, JsonValue value) {
        if (bad != null) {
            return;
        }
        if (depth == 0) {
            refuse("Expected an array instead of a scalar value.");
            return;
        }
        begun().value(name, value);
        if (depth == 1) {
            finish();
        }
    }
}
