package dev.heddle.control.access;

import dev.heddle.control.world.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Accounts, and the tokens by which callers prove them; kept in a file that is replaced as a
/// whole, without passwords and secrets, of which there are only hashes. Callable from any thread.
///
/// Beside those there is `local`, who may do everything: whoever can read the files of the control
/// plane's own user. Its tokens last as long as the process and are kept by [LocalToken].
public final class Accounts {
    /// How long a token may be good.
    public static final Duration LONGEST = Duration.ofDays(366);

    private static final int TOKENS_EACH = 100;
    private static final int ACCOUNTS = 10_000;

    /// Looking at a password takes a quarter of a second of a processor.
    private static final int LOOKS = 2;

    private static final Account LOCAL =
            new Account(Account.LOCAL, "", List.of(new Grant(Role.ADMIN, Grant.EVERYWHERE)));

    private final Path file;
    private final InstantSource clock;
    private final AccountsRecord record;
    private final Map<String, ApiToken> locals = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Semaphore looks = new Semaphore(LOOKS);
    private final Attempts byAddress;
    private final Attempts byName;

    private Accounts(Path file, AccountsRecord record, InstantSource clock, LongSupplier nanos) {
        this.file = file;
        this.record = record;
        this.clock = clock;
        this.byAddress = new Attempts(10, Duration.ofSeconds(6), nanos);
        this.byName = new Attempts(20, Duration.ofSeconds(30), nanos);
    }

    /// Reads what is kept.
    ///
    /// @param directory where; made when it is not there
    /// @param nanos for durations: never goes back
    /// @throws IOException when it cannot be read, so that nobody is let in by mistake
    public static Accounts open(Path directory, InstantSource clock, LongSupplier nanos)
            throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("accounts");
        AccountsRecord record = AccountsRecord.empty();
        if (Files.exists(file)) {
            record =
                    AccountsRecord.parse(Files.readString(file))
                            .orElseThrow(() ->
                                    new IOException(
                                            "accounts: %s is damaged; take it from a backup, or"
                                                            .formatted(file)
                                                    + " remove it and make the accounts anew"));
        }
        return new Accounts(file, record, clock, nanos);
    }

    /// All accounts, by name; without those whose provider must be asked again.
    public List<Account> all() {
        Instant now = clock.instant();
        lock.lock();
        try {
            return record.accounts().values().stream().filter(a -> !isOver(a, now)).toList();
        } finally {
            lock.unlock();
        }
    }

    /// The account of that name.
    public Optional<Account> named(String name) {
        lock.lock();
        try {
            return Optional.ofNullable(record.accounts().get(name));
        } finally {
            lock.unlock();
        }
    }

    private static boolean isOver(Account account, Instant now) {
        return account.outside().filter(it -> !now.isBefore(it.until())).isPresent();
    }

    /// Makes an account, or gives one other roles.
    ///
    /// @param password of now on, which ends what earlier tokens are good for; empty to leave it
    /// @throws IllegalArgumentException when the name or the password cannot be taken
    /// @throws IOException when it cannot be kept; nothing is changed then
    public Account put(String name, Optional<String> password, List<Grant> grants)
            throws IOException {
        if (name.equals(Account.LOCAL)) {
            throw new IllegalArgumentException(
                    "user: 'local' is whoever reads this machine's files");
        }
        Optional<String> hash = password.map(Passwords::hash);
        return change(next -> {
            Account before = next.accounts().get(name);
            expectRoom(next, before);
            if (before != null && before.outside().isPresent()) {
                throw new IllegalArgumentException(
                        "user: '%s' signs in at a provider, which says its roles".formatted(name));
            }
            var account =
                    new Account(name, hash.orElse(before == null ? "" : before.hash()), grants);
            next.put(account);
            if (hash.isPresent()) {
                next.tokens().values().removeIf(t -> t.account().equals(name));
            }
            return account;
        });
    }

    private static void expectRoom(AccountsRecord next, @Nullable Account before) {
        if (before == null && next.accounts().size() >= ACCOUNTS) {
            throw new IllegalArgumentException("user: there are %d".formatted(ACCOUNTS));
        }
    }

    /// Lets in somebody whom a provider of logins vouches for, with the roles of now. What earlier
    /// tokens are good for follows.
    ///
    /// @return a token's text, good for as long as the provider is believed
    /// @throws IllegalArgumentException when the name cannot be taken, or is somebody else's
    /// @throws IOException when it cannot be kept; nothing is changed then
    public String admit(String name, Outside outside, List<Grant> grants) throws IOException {
        var account = new Account(name, "", grants, Optional.of(outside));
        Duration life = Duration.between(clock.instant(), outside.until());
        String text = ApiToken.text();
        ApiToken token = kept(text, name, "login", life);
        return change(next -> {
            Account before = next.accounts().get(name);
            expectRoom(next, before);
            boolean isTaken =
                    name.equals(Account.LOCAL) || (before != null && !isSame(before, outside));
            if (isTaken) {
                throw new IllegalArgumentException(
                        "user: '%s' is the name of another account here".formatted(name));
            }
            next.put(account);
            put(next, token);
            return text;
        });
    }

    private static boolean isSame(Account account, Outside outside) {
        return account.outside().filter(o -> o.subject().equals(outside.subject())).isPresent();
    }

    /// Forgets whoever that is at a provider, whatever name he had, with his tokens.
    ///
    /// @param subject as of [Outside]
    /// @throws IOException when that cannot be kept; nothing is changed then
    public void dismiss(String subject) throws IOException {
        List<String> names =
                all().stream()
                        .filter(a ->
                                a.outside().filter(it -> it.subject().equals(subject)).isPresent())
                        .map(Account::name)
                        .toList();
        for (String name : names) {
            remove(name);
        }
    }

    /// Takes an account away, with its tokens.
    ///
    /// @return whether it was there
    /// @throws IOException when that cannot be kept; nothing is changed then
    public boolean remove(String name) throws IOException {
        return change(next -> {
            next.tokens().values().removeIf(t -> t.account().equals(name));
            return next.accounts().remove(name) != null;
        });
    }

    /// Makes a token of an account.
    ///
    /// @param life up to [#LONGEST]
    /// @return its text, which is nowhere else
    /// @throws IllegalArgumentException when the account is not there, or life or label don't fit
    /// @throws IOException when it cannot be kept; nothing is changed then
    public String token(String account, String label, Duration life) throws IOException {
        Duration longest = longest(account);
        if (!life.isPositive() || life.compareTo(longest) > 0) {
            throw new IllegalArgumentException(
                    "seconds: %d (expected: 1 to %d)"
                            .formatted(life.toSeconds(), longest.toSeconds()));
        }
        String text = ApiToken.text();
        ApiToken token = kept(text, account, label, life);
        return change(next -> {
            if (!next.accounts().containsKey(account)) {
                throw new IllegalArgumentException("user: there is no '%s'".formatted(account));
            }
            put(next, token);
            return text;
        });
    }

    /// How long a token of an account may be good: no longer than its provider is believed.
    public Duration longest(String account) {
        return named(account)
                .flatMap(Account::outside)
                .map(it -> Duration.between(clock.instant(), it.until()))
                .filter(it -> it.compareTo(LONGEST) < 0)
                .orElse(LONGEST);
    }

    /// Adds a token; of more than an account may have, those go that would end first.
    private static void put(AccountsRecord next, ApiToken token) {
        next.put(token);
        List<ApiToken> own =
                next.tokens().values().stream()
                        .filter(t -> t.account().equals(token.account()))
                        .sorted(Comparator.comparing(ApiToken::expires))
                        .toList();
        own.stream()
                .filter(t -> !t.equals(token))
                .limit(Math.max(0, own.size() - TOKENS_EACH))
                .forEach(t -> next.tokens().remove(t.id()));
    }

    private ApiToken kept(String text, String account, String label, Duration life) {
        ApiToken.Parts parts = ApiToken.Parts.of(text).orElseThrow();
        Instant now = clock.instant();
        return new ApiToken(parts.id(), account, parts.hash(), label, now, now.plus(life));
    }

    /// All tokens that are still good, by id.
    public List<ApiToken> tokens() {
        Instant now = clock.instant();
        lock.lock();
        try {
            return record.tokens().values().stream()
                    .filter(t -> now.isBefore(t.expires()))
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /// Takes a token back.
    ///
    /// @return whether it was there
    /// @throws IOException when that cannot be kept; nothing is changed then
    public boolean revoke(String id) throws IOException {
        return change(next -> next.tokens().remove(id) != null);
    }

    /// A new token of `local`, good until this process ends.
    public String local() {
        String text = ApiToken.text();
        trust(text);
        return text;
    }

    /// Takes that text as a token of `local`.
    ///
    /// @return whether it is one
    boolean trust(String text) {
        boolean isOne = ApiToken.Parts.of(text).isPresent();
        if (isOne) {
            ApiToken token = kept(text, Account.LOCAL, "", Duration.ofDays(36_500));
            locals.put(token.id(), token);
        }
        return isOne;
    }

    /// Who has that token.
    ///
    /// @param text as it was sent
    /// @param from the other end's address
    /// @return empty when it is none, was revoked or is out of date
    public Optional<Caller> caller(String text, String from) {
        Optional<ApiToken.Parts> parts = ApiToken.Parts.of(text);
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        String id = parts.get().id();
        ApiToken local = locals.get(id);
        lock.lock();
        try {
            ApiToken token = local != null ? local : record.tokens().get(id);
            if (token == null || !token.fits(parts.get().hash(), clock.instant())) {
                return Optional.empty();
            }
            Account account = local != null ? LOCAL : record.accounts().get(token.account());
            return Optional.ofNullable(account).map(a -> new Caller(a, id, from));
        } finally {
            lock.unlock();
        }
    }

    /// Looks at a name and a password. Takes a quarter of a second.
    ///
    /// @param from the other end's address: whoever is there guesses no more than ten in a minute
    public SignIn signIn(String name, String password, String from) {
        Duration wait = byAddress.take(from);
        if (wait.isZero()) {
            wait = byName.take(name);
        }
        if (!wait.isZero()) {
            return new SignIn.Later(wait);
        }
        if (!looks.tryAcquire()) {
            byAddress.giveBack(from);
            byName.giveBack(name);
            return new SignIn.Later(Duration.ofSeconds(1));
        }
        try {
            Optional<Account> account = named(name);
            if (!Passwords.fits(password, account.map(Account::hash).orElse(""))) {
                return new SignIn.Wrong();
            }
            byAddress.giveBack(from);
            byName.giveBack(name);
            return account.<SignIn>map(SignIn.Done::new).orElseGet(SignIn.Wrong::new);
        } finally {
            looks.release();
        }
    }

    /// The first account, for a control plane whose files are not at hand for everybody who is to
    /// use it.
    ///
    /// @return the password of `admin`, which is nowhere else; empty when there are accounts
    public Optional<String> first() throws IOException {
        if (!all().isEmpty()) {
            return Optional.empty();
        }
        String password = Passwords.random();
        put("admin", Optional.of(password), LOCAL.grants());
        return Optional.of(password);
    }

    /// A change of everything.
    private interface Change<T> {
        T make(AccountsRecord next);
    }

    private <T> T change(Change<T> change) throws IOException {
        lock.lock();
        try {
            var next = new AccountsRecord(record.accounts(), record.tokens());
            Instant now = clock.instant();
            next.tokens().values().removeIf(t -> !now.isBefore(t.expires()));
            next.accounts().values().removeIf(a -> isOver(a, now));
            T answer = change.make(next);
            DurableFile.write(file, next.print());
            record.accounts().clear();
            record.accounts().putAll(next.accounts());
            record.tokens().clear();
            record.tokens().putAll(next.tokens());
            return answer;
        } finally {
            lock.unlock();
        }
    }
}
