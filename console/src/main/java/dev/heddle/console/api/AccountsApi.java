package dev.heddle.console.api;

import dev.heddle.control.access.Account;
import dev.heddle.control.access.Accounts;
import dev.heddle.control.access.ApiToken;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.access.SignIn;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accounts and their tokens. An admin may make, change and remove accounts whose roles, before and
/// after, are all in namespaces that he is admin of; so nobody gives what he has not.
final class AccountsApi {
    private static final Logger LOG = LoggerFactory.getLogger(AccountsApi.class);
    private static final Duration SESSION = Duration.ofHours(12);
    private static final Duration MONTH = Duration.ofDays(30);

    private final Accounts accounts;

    AccountsApi(Accounts accounts) {
        this.accounts = accounts;
    }

    /// @param seconds how long the token shall be good; 0 for twelve hours
    public record Login(String user, String password, long seconds) {}

    /// @param password empty to leave it
    public record Wish(String password, List<String> roles) {}

    /// @param user empty for one's own
    /// @param seconds how long it shall be good
    public record TokenWish(String user, String label, long seconds) {}

    /// @param old the password of now
    public record NewPassword(String old, String password) {}

    /// Does something that may fail for what the caller said, or because it cannot be written.
    private interface Work {
        ApiResponse run() throws IOException;
    }

    private static ApiResponse doing(Work work) {
        try {
            return work.run();
        } catch (IllegalArgumentException e) {
            return JsonBody.refused(e);
        } catch (IOException e) {
            return unkept(e);
        }
    }

    static ApiResponse unkept(IOException e) {
        LOG.warn("accounts cannot be written", e);
        return ApiResponse.error(
                503,
                "the account cannot be kept: " + e.getMessage(),
                "the control plane's data directory",
                "Nothing was changed; see the control plane's log");
    }

    ApiResponse login(Call call) {
        return doing(() -> {
            Login said = JsonBody.of(call, Login.class);
            return switch (accounts.signIn(said.user(), said.password(), call.caller().from())) {
                case SignIn.Done(Account account) ->
                        made(account.name(), "login", said.seconds(), SESSION);
                case SignIn.Wrong() ->
                        ApiResponse.error(
                                401, "name or password is wrong", "body", "Try another one");
                case SignIn.Later(Duration pause) -> later(pause);
            };
        });
    }

    private static ApiResponse later(Duration pause) {
        long seconds = pause.plusMillis(999).toSeconds();
        return ApiResponse.error(
                        429,
                        "too many passwords were wrong",
                        "body",
                        "Try again in %d s".formatted(seconds))
                .withHeader("Retry-After", Long.toString(seconds));
    }

    private ApiResponse made(String user, String label, long seconds, Duration usual)
            throws IOException {
        Duration life = seconds == 0 ? usual : Duration.ofSeconds(seconds);
        String token = accounts.token(user, label, life);
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("token", token)
                        .with("user", user)
                        .with("seconds", life.toSeconds()));
    }

    static ApiResponse whoami(Call call) {
        return ApiResponse.json(200, account(call.caller().account()));
    }

    private static Node.Mapping account(Account account) {
        return Node.Mapping.EMPTY
                .with("name", account.name())
                .with("roles", ApiResponse.texts(texts(account.grants())))
                .with("password", !account.hash().isEmpty())
                .with("provider", account.outside().isPresent());
    }

    private static List<String> texts(List<Grant> grants) {
        return grants.stream().map(Grant::toString).toList();
    }

    ApiResponse all(Call call) {
        List<Node.Mapping> seen =
                accounts.all().stream()
                        .filter(a -> call.caller().mayGive(a.grants()))
                        .map(AccountsApi::account)
                        .toList();
        return ApiResponse.json(200, Node.Mapping.EMPTY.with("users", seen));
    }

    ApiResponse put(Call call) {
        return doing(() -> {
            Wish wish = JsonBody.of(call, Wish.class);
            String name = call.path().get("user");
            List<Grant> grants = wish.roles().stream().map(Grant::of).toList();
            List<Grant> before = accounts.named(name).map(Account::grants).orElse(List.of());
            return objection(call.caller(), before)
                    .or(() -> objection(call.caller(), grants))
                    .orElseGet(() ->
                            doing(() -> {
                                Optional<String> password =
                                        Optional.of(wish.password()).filter(p -> !p.isEmpty());
                                return ApiResponse.json(
                                        200, account(accounts.put(name, password, grants)));
                            }));
        });
    }

    private static Optional<ApiResponse> objection(Caller caller, List<Grant> grants) {
        return caller.mayGive(grants)
                ? Optional.empty()
                : Optional.of(
                        ApiResponse.error(
                                403,
                                "'%s' may not do this: it needs the role admin wherever the"
                                                .formatted(caller.name())
                                        + " account has a role: "
                                        + texts(grants),
                                "body",
                                "Ask somebody who is admin there"));
    }

    ApiResponse remove(Call call) {
        return doing(() -> {
            String name = call.path().get("user");
            Optional<Account> account = accounts.named(name);
            if (account.isEmpty()) {
                return noUser(name);
            }
            Optional<ApiResponse> objection = objection(call.caller(), account.get().grants());
            if (objection.isPresent()) {
                return objection.get();
            }
            accounts.remove(name);
            return ApiResponse.json(200, account(account.get()));
        });
    }

    private static ApiResponse noUser(String name) {
        return ApiResponse.error(
                404, "there is no user '" + name + "'", "path", "GET /api/v1/users lists them");
    }

    /// One's own password.
    ApiResponse password(Call call) {
        return doing(() -> {
            NewPassword said = JsonBody.of(call, NewPassword.class);
            Caller caller = call.caller();
            return switch (accounts.signIn(caller.name(), said.old(), caller.from())) {
                case SignIn.Done(Account account) -> {
                    accounts.put(account.name(), Optional.of(said.password()), account.grants());
                    yield ApiResponse.json(200, account(account));
                }
                case SignIn.Wrong() ->
                        ApiResponse.error(
                                403, "the password of now is another", "body", "Say that one");
                case SignIn.Later(Duration pause) -> later(pause);
            };
        });
    }

    ApiResponse token(Call call) {
        return doing(() -> {
            TokenWish wish = JsonBody.of(call, TokenWish.class);
            String own = call.caller().name();
            String user = wish.user().isEmpty() ? own : wish.user();
            Optional<Account> account = accounts.named(user);
            if (account.isEmpty()) {
                return noUser(user);
            }
            Optional<ApiResponse> objection =
                    user.equals(own)
                            ? Optional.empty()
                            : objection(call.caller(), account.get().grants());
            return objection.isPresent()
                    ? objection.get()
                    : made(user, wish.label(), wish.seconds(), usual(user));
        });
    }

    /// A month, but no longer than a provider is believed.
    private Duration usual(String user) {
        Duration longest = accounts.longest(user);
        return longest.compareTo(MONTH) < 0 ? longest : MONTH;
    }

    ApiResponse tokens(Call call) {
        List<Node.Mapping> seen =
                accounts.tokens().stream()
                        .filter(t -> isHis(call.caller(), t))
                        .map(AccountsApi::token)
                        .toList();
        return ApiResponse.json(200, Node.Mapping.EMPTY.with("tokens", seen));
    }

    private static Node.Mapping token(ApiToken token) {
        return Node.Mapping.EMPTY
                .with("id", token.id())
                .with("user", token.account())
                .with("label", token.label())
                .with("made", token.made().toString())
                .with("expires", token.expires().toString());
    }

    private boolean isHis(Caller caller, ApiToken token) {
        return token.account().equals(caller.name())
                || accounts.named(token.account())
                        .filter(a -> caller.mayGive(a.grants()))
                        .isPresent();
    }

    ApiResponse revoke(Call call) {
        return doing(() -> {
            String id = call.path().get("id");
            Optional<ApiToken> token =
                    accounts.tokens().stream()
                            .filter(t -> t.id().equals(id))
                            .filter(t -> isHis(call.caller(), t))
                            .findFirst();
            if (token.isEmpty() || !accounts.revoke(id)) {
                return ApiResponse.error(
                        404,
                        "there is no token '" + id + "' of yours",
                        "path",
                        "GET /api/v1/tokens lists them");
            }
            return ApiResponse.json(200, token(token.get()));
        });
    }
}
