package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.Table;
import dev.heddle.control.world.DurableFile;
import dev.heddle.model.tree.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// `heddle user`: accounts of the control plane's API, and their tokens.
public final class Users {
    private static final String LOGIN = "login";

    private Users() {}

    /// Makes an account, or gives one other roles.
    ///
    /// @param roles as in `operator:shop`
    /// @param password whether standard input has a password
    public static int add(
            Api api, String name, List<String> roles, boolean password, Machine machine) {
        Node.Mapping wish = Node.Mapping.EMPTY.with("roles", roles.stream().map(Node::of).toList());
        Answer account =
                api.send(
                                "PUT",
                                Api.path("users", name),
                                password ? wish.with("password", secret(machine)) : wish)
                        .answer();
        machine.out().println("%s has %s".formatted(name, roles(account)));
        return 0;
    }

    private static String secret(Machine machine) {
        try {
            var in =
                    new BufferedReader(new InputStreamReader(machine.in(), StandardCharsets.UTF_8));
            return Optional.ofNullable(in.readLine())
                    .filter(line -> !line.isEmpty())
                    .orElseThrow(() ->
                            Failure.usage(
                                    "standard input is empty (expected: a password and a line end)",
                                    ""));
        } catch (IOException e) {
            throw Failure.of("standard input: " + e.getMessage(), "");
        }
    }

    private static String roles(Answer account) {
        String roles =
                account.at("roles").items().stream()
                        .map(Answer::text)
                        .collect(Collectors.joining(", "));
        return roles.isEmpty() ? "no role" : roles;
    }

    /// Lists accounts.
    public static int list(Api api, boolean json, Machine machine) {
        Api.Reply reply = api.get("users");
        if (json) {
            machine.out().print(reply.body());
            return 0;
        }
        List<List<String>> rows =
                reply.answer().at("users").items().stream()
                        .map(user ->
                                List.of(
                                        user.at("name").text(),
                                        user.at("password").isTrue() ? "yes" : "no",
                                        roles(user)))
                        .toList();
        machine.out().print(new Table(List.of("NAME", "PASSWORD", "ROLES"), rows).print());
        return 0;
    }

    /// Removes an account and its tokens.
    public static int remove(Api api, String name, Machine machine) {
        var _ = api.delete(Api.path("users", name));
        machine.out().println("%s is removed, with its tokens".formatted(name));
        return 0;
    }

    /// Prints a new token.
    ///
    /// @param user empty for the caller's own
    public static int token(Api api, String user, String label, long seconds, Machine machine) {
        Answer made =
                api.send(
                                "POST",
                                "tokens",
                                Node.Mapping.EMPTY
                                        .with("user", user)
                                        .with("label", label)
                                        .with("seconds", seconds))
                        .answer();
        machine.out().println(made.at("token").text());
        return 0;
    }

    /// Lists tokens, without what they prove.
    public static int tokens(Api api, boolean json, Machine machine) {
        Api.Reply reply = api.get("tokens");
        if (json) {
            machine.out().print(reply.body());
            return 0;
        }
        List<List<String>> rows =
                reply.answer().at("tokens").items().stream()
                        .map(token ->
                                List.of(
                                        token.at("id").text(),
                                        token.at("user").text(),
                                        token.at("expires").text(),
                                        token.at("label").text()))
                        .toList();
        machine.out().print(new Table(List.of("ID", "USER", "EXPIRES", "LABEL"), rows).print());
        return 0;
    }

    /// Takes a token back.
    public static int revoke(Api api, String id, Machine machine) {
        var _ = api.delete(Api.path("tokens", id));
        machine.out().println("token %s is good for nothing now".formatted(id));
        return 0;
    }

    /// Signs in with the password of standard input, and keeps the token for later commands.
    public static int login(Api api, String user, Machine machine) {
        URI base = URI.create(api.base());
        if (base.getScheme().equals("http") && !Credentials.isHere(base)) {
            machine.err()
                    .println(
                            "warning: %s is not TLS; the network between can read the password"
                                    .formatted(api.base()));
        }
        Answer made =
                new Api(api.base(), Optional.empty(), api.tls())
                        .send(
                                "POST",
                                LOGIN,
                                Node.Mapping.EMPTY
                                        .with("user", user)
                                        .with("password", secret(machine)))
                        .answer();
        keep(api, made.at("token").text(), machine);
        machine.out().println("signed in as %s at %s".formatted(user, api.base()));
        return 0;
    }

    /// Keeps a token where later commands look for it, readable by nobody else.
    static void keep(Api api, String token, Machine machine) {
        Path file = Credentials.ofLogin(URI.create(api.base()), machine);
        try {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            DurableFile.write(file, token + "\n");
        } catch (IOException e) {
            throw Failure.of("the token cannot be kept: " + e.getMessage(), "");
        }
    }

    /// Signs out: forgets the token, and takes it back.
    public static int logout(Api api, Machine machine) {
        Path file = Credentials.ofLogin(URI.create(api.base()), machine);
        try {
            if (!Files.deleteIfExists(file)) {
                throw Failure.of("nobody is signed in at " + api.base(), "");
            }
        } catch (IOException e) {
            throw Failure.of("the token cannot be forgotten: " + e.getMessage(), "");
        }
        String id = api.token().map(token -> token.split("\\.", -1)[1]).orElse("");
        var _ = api.delete(Api.path("tokens", id));
        machine.out().println("signed out at " + api.base());
        return 0;
    }
}
