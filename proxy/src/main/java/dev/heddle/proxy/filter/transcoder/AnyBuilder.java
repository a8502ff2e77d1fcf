package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.runtime.Confined;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Builds a `google.protobuf.Any`, whose object says in `@type` what the rest of it is. What comes
/// before that waits.
@Confined("worker")
final class AnyBuilder {
    /// So much may wait: each thing that does costs many times what a client sends for it.
    private static final int MOST_WAITING = 10_000;

    private final MessageBuilder in;

    /// What is packed; null as long as nobody said its type.
    private @Nullable MessageBuilder packed;

    private String url = "";

    /// Whether the packed message has a JSON of its own, which is then in `value`.
    private boolean isKnown;

    private boolean isBad;
    private int depth;
    private final List<Consumer<AnyBuilder>> waiting = new ArrayList<>();

    AnyBuilder(MessageBuilder in) {
        this.in = in;
    }

    void startObject(String name) {
        depth++;
        MessageBuilder to = packed;
        if (to == null) {
            await(it -> it.startObject(name));
        } else if (isKnown && depth == 1) {
            expectValue(name);
            to.startObject("");
        } else {
            to.startObject(name);
        }
    }

    /// Says whether the `Any` is complete.
    boolean endObject() {
        depth--;
        MessageBuilder to = packed;
        if (to == null) {
            if (depth >= 0) {
                await(AnyBuilder::endObject);
            }
        } else if (depth >= 0 || !isKnown) {
            to.endObject();
        }
        if (depth >= 0) {
            return false;
        }
        write();
        return true;
    }

    void startList(String name) {
        depth++;
        MessageBuilder to = packed;
        if (to == null) {
            await(it -> it.startList(name));
        } else if (isKnown && depth == 1) {
            expectValue(name);
            to.startList("");
        } else {
            to.startList(name);
        }
    }

    void endList() {
        depth--;
        MessageBuilder to = packed;
        if (to == null) {
            await(AnyBuilder::endList);
        } else {
            to.endList();
        }
    }

    void value(String name, JsonValue value) {
        MessageBuilder to = packed;
        if (to == null) {
            if (depth == 0 && name.equals("@type")) {
                begin(value);
            } else {
                await(it -> it.value(name, value));
            }
        } else if (depth == 0 && isKnown) {
            expectValue(name);
            if (to.root().wellKnown().isRendered()) {
                to.renderPacked(value);
            } else if (!(value instanceof JsonValue.Null)) {
                bad("Expect a JSON object.");
            }
        } else {
            to.value(name, value);
        }
    }

    private void await(Consumer<AnyBuilder> event) {
        if (isBad) {
            return;
        }
        if (waiting.size() == MOST_WAITING) {
            bad("Expect @type before so much of any field in " + in.root().name());
            waiting.clear();
            return;
        }
        waiting.add(event);
    }

    private void expectValue(String name) {
        if (!name.equals("value")) {
            bad("Expect a \"value\" field for well-known types.");
        }
    }

    private void bad(String what) {
        if (!isBad) {
            in.badValue("Any", what);
            isBad = true;
        }
    }

    private void begin(JsonValue said) {
        MessageType type;
        try {
            url = said.toText();
        } catch (BadMessage e) {
            in.badValue("String", e.text());
            isBad = true;
            return;
        }
        try {
            type = in.types().ofUrl(url);
        } catch (BadMessage e) {
            in.badValue("Any", e.text());
            isBad = true;
            return;
        }
        isKnown =
                switch (type.wellKnown()) {
                    case NONE, LIST -> false;
                    default -> true;
                };
        var to = new MessageBuilder(in.types(), type, in.errors(), in.isCaseIgnored());
        packed = to;
        if (!isKnown) {
            to.startObject("");
        }
        List<Consumer<AnyBuilder>> before = List.copyOf(waiting);
        waiting.clear();
        before.forEach(event -> event.accept(this));
    }

    private void write() {
        MessageBuilder to = packed;
        if (to == null) {
            if (!waiting.isEmpty()) {
                bad("Missing @type for any field in " + in.root().name());
            }
            return;
        }
        in.bytes(1, Types.bytes(url));
        byte[] message = to.isDone() ? to.message(0) : new byte[0];
        if (message.length > 0) {
            in.bytes(2, message);
        }
    }
}
