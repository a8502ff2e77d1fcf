package dev.heddle.cli.online;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// `heddle login`: signs in at the provider of OpenID Connect that the control plane knows.
///
/// With a browser on this machine, which this opens, the provider leads it to a port of the
/// loopback interface, at which this waits (RFC 8252); without one, somebody types a code into any
/// other browser (RFC 8628). The control plane asks the provider in both cases: this never sees
/// what the provider gives, and keeps a token of the control plane, as after a login with a
/// password.
public final class Login {
    /// As long as the control plane waits for the end of a login.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String RETURN = "/signed-in";

    /// Providers know it by this number (RFC 8252, 7.3).
    private static final byte[] THIS_MACHINE = {127, 0, 0, 1};

    private Login() {}

    /// How somebody signs in.
    public enum Way {
        /// In the browser of this machine, which is opened where there is one.
        BROWSER,
        /// In a browser of this machine that he opens himself.
        ADDRESS,
        /// With a code that he types in a browser elsewhere.
        DEVICE
    }

    /// Signs in.
    ///
    /// @throws Failure when nobody is signed in in the end, with the reason
    public static int run(Api said, Way way, Machine machine) {
        // Whoever signs in is nobody yet.
        var api = new Api(said.base(), Optional.empty(), said.tls());
        if (api.get("login").answer().at("provider").text().isEmpty()) {
            throw Failure.of(
                    "nobody signs in at a provider at " + api.base(),
                    "'./heddle user login NAME' signs in with a password; 'heddle control"
                            + " --oidc-issuer' names a provider");
        }
        Answer made = way == Way.DEVICE ? device(api, machine) : browser(api, way, machine);
        Users.keep(api, made.at("token").text(), machine);
        machine.out()
                .println("signed in as %s at %s".formatted(made.at("user").text(), api.base()));
        return 0;
    }

    private static Answer browser(Api api, Way way, Machine machine) {
        var back = new CompletableFuture<Map<String, String>>();
        HttpServer server;
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getByAddress(THIS_MACHINE), 0), 0);
        } catch (IOException e) {
            throw Failure.of(
                    "no port of 127.0.0.1 is free: " + e.getMessage(),
                    "'./heddle login --device' needs none");
        }
        server.createContext("/", exchange -> onReturn(exchange, back));
        server.start();
        try {
            Answer begun =
                    api.send(
                                    "POST",
                                    "login/begin",
                                    Node.Mapping.EMPTY.with(
                                            "redirect",
                                            "http://127.0.0.1:%d%s"
                                                    .formatted(
                                                            server.getAddress().getPort(), RETURN)))
                            .answer();
            show(begun.at("url").text(), way, machine);
            Map<String, String> said = awaited(back);
            return api.send(
                            "POST",
                            "login/end",
                            Node.Mapping.EMPTY
                                    .with("state", said.getOrDefault("state", ""))
                                    .with("secret", begun.at("secret").text())
                                    .with("code", said.getOrDefault("code", ""))
                                    .with("error", said.getOrDefault("error", ""))
                                    .with(
                                            "description",
                                            said.getOrDefault("error_description", "")))
                    .answer();
        } finally {
            // The page that was just answered gets there before the connection ends.
            server.stop(1);
        }
    }

    /// Prints the address, which also stands there when a browser opens, as it may be another one
    /// than somebody wants.
    private static void show(String address, Way way, Machine machine) {
        Optional<Browser> browser = way == Way.BROWSER ? Browser.of(machine) : Optional.empty();
        String within =
                "on this machine, within %d minutes (elsewhere: './heddle login --device'):"
                        .formatted(PATIENCE.toMinutes());
        machine.out()
                .println(
                        browser.isPresent()
                                ? "A browser opens this address; if none does, open it " + within
                                : "Open this address in a browser " + within);
        machine.out().println(address);
        machine.out().flush();
        if (browser.isPresent() && browser.get().open(address, machine).isEmpty()) {
            machine.err().println("heddle: no browser could be started: open the address above");
        }
    }

    /// Takes what the provider sent the browser back with: once. Whoever else asks gets nothing.
    private static void onReturn(HttpExchange exchange, CompletableFuture<Map<String, String>> back)
            throws IOException {
        try (exchange) {
            Map<String, String> said = query(exchange.getRequestURI().getRawQuery());
            boolean isReturn =
                    exchange.getRequestURI().getPath().equals(RETURN) && said.containsKey("state");
            String words =
                    !isReturn
                            ? "There is nothing here."
                            : said.containsKey("code")
                                    ? "The command line goes on; you can close this page."
                                    : "The provider said no; the command line says why.";
            String text =
                    """
                    <!doctype html><html lang="en"><meta charset="utf-8"><title>Heddle</title>
                    <body style="font: 16px system-ui; margin: 4rem"><p>%s</p></body></html>
                    """
                            .formatted(words);
            byte[] page = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
            exchange.getResponseHeaders().add("Referrer-Policy", "no-referrer");
            exchange.sendResponseHeaders(isReturn ? 200 : 404, page.length);
            exchange.getResponseBody().write(page);
            if (isReturn) {
                back.complete(said);
            }
        }
    }

    private static Map<String, String> query(@Nullable String text) {
        var query = new TreeMap<String, String>();
        for (String pair : (text == null ? "" : text).split("&", -1)) {
            String[] both = pair.split("=", 2);
            if (both.length == 2) {
                query.put(both[0], URLDecoder.decode(both[1], StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    private static Map<String, String> awaited(CompletableFuture<Map<String, String>> back) {
        try {
            return back.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            throw Failure.of(
                    "no browser came back within %d minutes".formatted(PATIENCE.toMinutes()),
                    "try again; without a browser on this machine: './heddle login --device'");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Failure.of("interrupted", "");
        } catch (ExecutionException e) {
            throw new AssertionError("it only ever completes", e);
        }
    }

    private static Answer device(Api api, Machine machine) {
        Answer begun = api.send("POST", "login/device", Node.Mapping.EMPTY).answer();
        String whole = begun.at("placeWithCode").text();
        machine.out()
                .println(
                        "Open %s in any browser and type %s, within %s seconds."
                                .formatted(
                                        begun.at("place").text(),
                                        begun.at("code").text(),
                                        begun.at("seconds").text()));
        if (!whole.isEmpty()) {
            machine.out().println("With the code in it: " + whole);
        }
        machine.out().flush();
        Node.Mapping question =
                Node.Mapping.EMPTY
                        .with("state", begun.at("state").text())
                        .with("secret", begun.at("secret").text());
        long interval = Long.parseLong(begun.at("interval").text());
        while (true) {
            try {
                TimeUnit.SECONDS.sleep(interval);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw Failure.of("interrupted", "");
            }
            // What is over is refused, so this ends.
            Answer answer = api.send("POST", "login/device/end", question).answer();
            if (answer.at("waiting").isAbsent()) {
                return answer;
            }
            interval = Long.parseLong(answer.at("waiting").text());
        }
    }
}
