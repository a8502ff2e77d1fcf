package dev.heddle.proxy.filter.transcoder;

import dev.heddle.proxy.runtime.Confined;
import java.util.List;

/// Puts what is told to it into a field, or a field of a field, of the message.
@Confined("worker")
final class Prefixed implements JsonEvents {
    private final List<String> path;
    private final JsonEvents to;
    private int depth;

    /// @param path as in `shelf.theme`
    Prefixed(String path, JsonEvents to) {
        this.path = FieldPaths.split(path);
        this.to = to;
    }

    @Override
    public void startObject(String name) {
        to.startObject(begun(name, ++depth == 1));
    }

    @Override
    public void endObject() {
        to.endObject();
        end(--depth == 0);
    }

    @Override
    public void startList(String name) {
        to.startList(begun(name, ++depth == 1));
    }

    @Override
    public void endList() {
        to.endList();
        end(--depth == 0);
    }

    @Override
    public void value(String name, JsonValue value) {
        boolean isTop = depth == 0;
        to.value(begun(name, isTop), value);
        end(isTop);
    }

    private String begun(String name, boolean isTop) {
        String inner = name;
        if (isTop) {
            for (String field : path) {
                to.startObject(inner);
                inner = field;
            }
        }
        return inner;
    }

    private void end(boolean isTop) {
        for (int i = 0; isTop && i < path.size(); i++) {
            to.endObject();
        }
    }
}
