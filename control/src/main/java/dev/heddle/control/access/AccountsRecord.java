package dev.heddle.control.access;

import dev.heddle.control.world.SealedText;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// All accounts and tokens, and how they are kept:
///
/// ```
/// heddle-accounts 1
/// account anna pbkdf2-sha512$210000$…$… operator:shop,viewer:*
/// account ben - viewer:* 2026-11-21T16:00:00Z 17+https%3A%2F%2Fidp.example.net
/// token 1f8a… anna 6b86… 2026-11-21T04:00:00Z 2026-11-28T04:00:00Z my+laptop
/// end 60303…
/// ```
///
/// The last line is the hash of those before, so that half a file is not taken for a whole.
///
/// @param accounts by name
/// @param tokens by id
record AccountsRecord(TreeMap<String, Account> accounts, TreeMap<String, ApiToken> tokens) {
    private static final String HEAD = "heddle-accounts 1";
    private static final String NONE = "-";

    AccountsRecord {
        accounts = new TreeMap<>(accounts);
        tokens = new TreeMap<>(tokens);
    }

    static AccountsRecord empty() {
        return new AccountsRecord(new TreeMap<>(), new TreeMap<>());
    }

    String print() {
        var lines = new ArrayList<String>();
        accounts.values().forEach(a -> lines.add(line(a)));
        tokens.values().forEach(t -> lines.add(line(t)));
        return SealedText.seal(HEAD, lines);
    }

    private static String line(Account a) {
        return "account %s %s %s%s"
                .formatted(
                        a.name(),
                        a.hash().isEmpty() ? NONE : a.hash(),
                        a.grants().isEmpty()
                                ? NONE
                                : a.grants().stream()
                                        .map(Grant::toString)
                                        .collect(Collectors.joining(",")),
                        a.outside().map(AccountsRecord::words).orElse(""));
    }

    private static String words(Outside outside) {
        return " %s %s"
                .formatted(
                        outside.until(),
                        URLEncoder.encode(outside.subject(), StandardCharsets.UTF_8));
    }

    private static String line(ApiToken t) {
        return "token %s %s %s %s %s %s"
                .formatted(
                        t.id(),
                        t.account(),
                        t.hash(),
                        t.made(),
                        t.expires(),
                        URLEncoder.encode(t.label(), StandardCharsets.UTF_8));
    }

    /// What was printed; empty when the text is anything else.
    static Optional<AccountsRecord> parse(String text) {
        try {
            return SealedText.open(HEAD, text).map(AccountsRecord::read);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static AccountsRecord read(List<String> lines) {
        AccountsRecord record = empty();
        for (String line : lines) {
            List<String> words = List.of(line.split(" ", -1));
            switch (words.getFirst()) {
                case "account" -> record.put(account(words));
                case "token" -> record.put(token(words));
                default ->
                        throw new IllegalArgumentException(
                                line + " (expected: account or token …)");
            }
        }
        return record;
    }

    private static Account account(List<String> words) {
        String hash = words.get(2);
        String grants = words.get(3);
        return new Account(
                words.get(1),
                hash.equals(NONE) ? "" : hash,
                grants.equals(NONE)
                        ? List.of()
                        : Stream.of(grants.split(",", -1)).map(Grant::of).toList(),
                words.size() == 4
                        ? Optional.empty()
                        : Optional.of(
                                new Outside(
                                        URLDecoder.decode(words.get(5), StandardCharsets.UTF_8),
                                        Instant.parse(words.get(4)))));
    }

    private static ApiToken token(List<String> words) {
        return new ApiToken(
                words.get(1),
                words.get(2),
                words.get(3),
                URLDecoder.decode(words.get(6), StandardCharsets.UTF_8),
                Instant.parse(words.get(4)),
                Instant.parse(words.get(5)));
    }

    void put(Account account) {
        accounts.put(account.name(), account);
    }

    void put(ApiToken token) {
        tokens.put(token.id(), token);
    }
}
