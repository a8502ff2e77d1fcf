package dev.heddle.compiler.secret;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Names with hashes of their passwords, as `htpasswd -s` writes them: what both kinds of proxies
/// can do, which is SHA-1. A line that they cannot is a flaw, and the others are in force. Prints
/// without hashes.
///
/// @param hashes by name, in the order of the lines, as in `{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=`
/// @param flaws why lines cannot be used, without a byte of a hash
public record UserFile(Map<String, String> hashes, List<String> flaws) {
    /// The entry of a Secret that holds one.
    public static final String ENTRY = ".htpasswd";

    /// SHA-1 in base64.
    private static final Pattern SHA = Pattern.compile("\\{SHA}[A-Za-z0-9+/]{27}=");

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\x00-\\x1f\\x7f]");

    /// Reads one.
    public static UserFile of(String text) {
        var hashes = new LinkedHashMap<String, String>();
        var flaws = new ArrayList<String>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).stripTrailing();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon);
            String hash = line.substring(colon + 1);
            String flaw = flaw(name, hash);
            if (flaw.isEmpty() && hashes.putIfAbsent(name, hash) != null) {
                flaw = "'" + name + "' is there already, and the first line counts";
            }
            if (!flaw.isEmpty()) {
                flaws.add("line " + (i + 1) + ": " + flaw);
            }
        }
        return new UserFile(hashes, List.copyOf(flaws));
    }

    /// Why a line cannot be used; empty if it can.
    private static String flaw(String name, String hash) {
        if (name.isEmpty() || UNPRINTABLE.matcher(name).find()) {
            return "no name (expected: NAME:{SHA}HASH)";
        }
        if (SHA.matcher(hash).matches()) {
            return "";
        }
        String how =
                hash.startsWith("$2")
                        ? "is hashed with bcrypt"
                        : hash.startsWith("{SHA}")
                                ? "has a hash that is no SHA-1 in base64"
                                : "is not hashed with SHA-1";
        return "the password of '" + name + "' " + how + " (expected: {SHA}, as htpasswd -s)";
    }

    /// The lines that can be used, as proxies are told them.
    public String usable() {
        var text = new StringBuilder();
        hashes.forEach((name, hash) -> text.append(name).append(':').append(hash).append('\n'));
        return text.toString();
    }

    @Override
    public String toString() {
        return "UserFile[" + hashes.keySet() + ", " + flaws + "]";
    }
}
