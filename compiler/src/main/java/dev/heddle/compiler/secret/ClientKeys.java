package dev.heddle.compiler.secret;

import dev.heddle.model.core.Secret;
import dev.heddle.model.schema.Ordered;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Keys of clients, from Secrets whose entries are clients with their keys. What cannot be used is
/// a flaw, and the others are in force. Prints without keys.
///
/// @param clients by their keys, in the order of the Secrets and of their entries' names
/// @param flaws why entries cannot be used, without a byte of a key
public record ClientKeys(Map<String, String> clients, List<Flaw> flaws) {
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\x00-\\x1f\\x7f]");

    /// Why an entry cannot be used.
    ///
    /// @param secret by its place among those that were read
    public record Flaw(int secret, String entry, String why) {}

    public ClientKeys {
        clients = Ordered.copyOf(clients);
        flaws = List.copyOf(flaws);
    }

    /// Reads them. A line's end behind a key is not part of it.
    public static ClientKeys of(List<Secret> secrets) {
        var clients = new LinkedHashMap<String, String>();
        var flaws = new ArrayList<Flaw>();
        for (int i = 0; i < secrets.size(); i++) {
            Secret secret = secrets.get(i);
            var entries = new TreeSet<>(secret.data().keySet());
            entries.addAll(secret.stringData().keySet());
            for (String client : entries) {
                String key = secret.text(client).map(String::strip).orElse("");
                String flaw =
                        key.isEmpty() || UNPRINTABLE.matcher(key).find()
                                ? "has no key that can stand in a header"
                                : "";
                String other = flaw.isEmpty() ? clients.putIfAbsent(key, client) : null;
                if (other != null && !other.equals(client)) {
                    flaw = "has the same key as client '" + other + "', which counts";
                }
                if (!flaw.isEmpty()) {
                    flaws.add(new Flaw(i, client, "client '" + client + "' " + flaw));
                }
            }
        }
        return new ClientKeys(clients, flaws);
    }

    @Override
    public String toString() {
        return "ClientKeys[" + clients.values() + ", " + flaws + "]";
    }
}
