package dev.heddle.telemetry;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// A JSON value whose texts may hold command operators: the format of a log's lines, or of a body
/// (Envoy's `json_format`).
public sealed interface JsonFormat {

    /// Writes it for one request.
    ///
    /// @param omitsEmpty whether members are left out that the request has nothing for; they are
    ///   `null` otherwise
    /// @return whether the request has something for it; if not, `null` or `{}` was written
    boolean write(AccessLogRecord record, boolean omitsEmpty, ByteText out);

    /// A text, or what its one operator says.
    record Value(AccessLogFormat format) implements JsonFormat {
        @Override
        public boolean write(AccessLogRecord record, boolean omitsEmpty, ByteText out) {
            return format.writeJson(record, omitsEmpty ? "" : "-", out);
        }
    }

    /// The same for every request: a number, `true`, `false` or `null`.
    record Constant(String json) implements JsonFormat {
        @Override
        public boolean write(AccessLogRecord record, boolean omitsEmpty, ByteText out) {
            out.append(json);
            return true;
        }
    }

    /// Members in the order of their names.
    record Members(SortedMap<String, JsonFormat> members) implements JsonFormat {
        public Members {
            members = new TreeMap<>(members);
        }

        @Override
        public boolean write(AccessLogRecord record, boolean omitsEmpty, ByteText out) {
            out.append("{");
            int start = out.length();
            for (Map.Entry<String, JsonFormat> member : members.entrySet()) {
                int from = out.length();
                if (from > start) {
                    out.append(",");
                }
                AccessLogFormat.quote(member.getKey(), out);
                out.append(":");
                if (!member.getValue().write(record, omitsEmpty, out) && omitsEmpty) {
                    out.back(from);
                }
            }
            boolean isThere = out.length() > start;
            out.append("}");
            return isThere;
        }
    }

    /// Items in order.
    record Items(List<JsonFormat> items) implements JsonFormat {
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public boolean write(AccessLogRecord record, boolean omitsEmpty, ByteText out) {
            out.append("[");
            for (Iterator<JsonFormat> each = items.iterator(); each.hasNext(); ) {
                each.next().write(record, omitsEmpty, out);
                if (each.hasNext()) {
                    out.append(",");
                }
            }
            out.append("]");
            return true;
        }
    }
}
