package dev.heddle.telemetry;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `%COALESCE({"operators": […]})%`: what the first of several operators says that says anything.
///
/// Each is a text, `"PROTOCOL"`, or an object, `{"command": "REQ", "param": "x-a", "max_length":
/// 3}`.
final class Coalesce {
    private static final Pattern WHOLE =
            Pattern.compile("\\s*\\{\\s*\"operators\"\\s*:\\s*\\[(.*)]\\s*}\\s*", Pattern.DOTALL);
    private static final String TEXT = "\"((?:[^\"\\\\]|\\\\.)*)\"";
    private static final Pattern ITEM =
            Pattern.compile("\\s*(?:" + TEXT + "|\\{([^{}]*)})\\s*(,|$)", Pattern.DOTALL);
    private static final Pattern MEMBER =
            Pattern.compile("\\s*" + TEXT + "\\s*:\\s*(?:" + TEXT + "|([0-9]{1,6}))\\s*(,|$)");

    private Coalesce() {}

    /// @param node of the proxy
    static AccessLogFormat.Part parse(String text, String argument, NodeText node) {
        Matcher whole = WHOLE.matcher(argument);
        if (!whole.matches()) {
            throw AccessLogFormat.malformed(text, "expected: {\"operators\": [\"NAME\", …]}");
        }
        var parts = new ArrayList<AccessLogFormat.Part>();
        String items = whole.group(1);
        Matcher item = ITEM.matcher(items);
        int at = 0;
        while (at < items.length() && item.find(at) && item.start() == at) {
            parts.add(
                    item.group(1) != null
                            ? AccessLogFormat.command(plain(item.group(1)), node)
                            : command(text, item.group(2), node));
            at = item.end();
        }
        if (parts.isEmpty() || at < items.length()) {
            throw AccessLogFormat.malformed(
                    text, "expected: operators, each a text or an object with a command");
        }
        return new First(parts.toArray(AccessLogFormat.Part[]::new));
    }

    /// An array, as a list's iterator would be an object for each request.
    private static final class First implements AccessLogFormat.Part {
        private final AccessLogFormat.Part[] parts;

        First(AccessLogFormat.Part[] parts) {
            this.parts = parts;
        }

        @Override
        public boolean write(AccessLogRecord record, ByteText out) {
            int from = out.length();
            for (AccessLogFormat.Part part : parts) {
                if (part.write(record, out) && out.length() > from) {
                    return true;
                }
                out.back(from);
            }
            return false;
        }

        @Override
        public boolean isOfPlace() {
            return Arrays.stream(parts).allMatch(AccessLogFormat.Part::isOfPlace);
        }
    }

    private static AccessLogFormat.Part command(String text, String members, NodeText node) {
        String command = "";
        String parameter = "";
        String length = "";
        Matcher member = MEMBER.matcher(members);
        int at = 0;
        while (at < members.length() && member.find(at) && member.start() == at) {
            String value = member.group(2) == null ? "" : plain(member.group(2));
            switch (member.group(1)) {
                case "command" -> command = value;
                case "param" -> parameter = "(" + value + ")";
                case "max_length" -> length = ":" + member.group(3);
                default ->
                        throw AccessLogFormat.malformed(
                                text,
                                "'"
                                        + member.group(1)
                                        + "'; expected: command, param or max_length");
            }
            at = member.end();
        }
        if (at < members.length() || command.isEmpty()) {
            throw AccessLogFormat.malformed(text, "expected: an object with a command");
        }
        return AccessLogFormat.command(command + parameter + length, node);
    }

    private static String plain(String quoted) {
        return quoted.replaceAll("\\\\(.)", "$1");
    }
}
