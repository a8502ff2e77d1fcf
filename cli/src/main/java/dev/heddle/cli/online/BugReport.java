package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.report.Archive;
import dev.heddle.cli.text.Failure;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/// `heddle bug-report`: asks everything, and keeps going where something does not answer.
public final class BugReport {
    private static final int MOST_PROXIES = 50;
    private static final int LOG_BYTES = 1 << 20;

    /// What the API is asked, by the entries' names.
    private static final Map<String, String> QUESTIONS =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("control/version.json", "version"),
                            Map.entry("control/findings.json", "findings"),
                            Map.entry("control/resources.json", "resources"),
                            Map.entry("control/services.json", "services"),
                            Map.entry("control/proxies.json", "proxies"),
                            Map.entry("control/certificates.json", "certificates"),
                            Map.entry("control/federation.json", "federation"),
                            Map.entry("control/history.json", "versions"),
                            Map.entry("control/stage.json", "stage"),
                            Map.entry("control/rules.json", "rules"),
                            Map.entry("control/slos.json", "slos"),
                            Map.entry("control/cost.json", "cost"),
                            Map.entry("control/audit.json", "audit?limit=200"),
                            Map.entry("signals/services.json", "signals?by=service&seconds=3600"),
                            Map.entry("signals/edges.json", "signals?by=edge&seconds=3600"),
                            Map.entry("signals/errors.json", "logs?errors=true&limit=500")));

    private static final List<String> PAGES =
            List.of(
                    "/server_info",
                    "/config_dump?include_eds",
                    "/clusters",
                    "/listeners",
                    "/stats",
                    "/memory",
                    "/certs",
                    "/unsupported");

    private final Api api;
    private final Wish wish;
    private final Archive archive;

    private BugReport(Api api, Wish wish, Archive archive) {
        this.api = api;
        this.wish = wish;
        this.archive = archive;
    }

    /// What is wanted.
    ///
    /// @param out the file; a name with the time when empty
    /// @param admins of proxies that are asked themselves
    /// @param logs files of which the end goes in
    public record Wish(Optional<Path> out, List<InetSocketAddress> admins, List<Path> logs) {
        public Wish {
            admins = List.copyOf(admins);
            logs = List.copyOf(logs);
        }
    }

    /// Writes it, and says where.
    ///
    /// @param heddle which Heddle asks
    /// @return 0, even where something did not answer: the manifest says so
    public static int run(Api api, Wish wish, String heddle, Machine machine) {
        Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
        Path file =
                wish.out()
                        .orElseGet(() ->
                                Path.of("")
                                        .resolve(
                                                "heddle-bug-report-%s.zip"
                                                        .formatted(
                                                                now.toString()
                                                                        .replaceAll("[-:]", ""))));
        try (var archive = Archive.create(file, now + " by " + heddle)) {
            new BugReport(api, wish, archive).collect(heddle);
            machine.out().println(file + " is written; look at it before you pass it on.");
            if (archive.leftOut() > 0) {
                machine.out()
                        .println(
                                "%d things are not in it: see manifest.json"
                                        .formatted(archive.leftOut()));
            }
            return 0;
        } catch (FileAlreadyExistsException _) {
            throw Failure.usage("--out: %s is there already".formatted(file), "name another file");
        } catch (IOException e) {
            throw Failure.of("%s cannot be written: %s".formatted(file, e.getMessage()), "");
        }
    }

    private void collect(String heddle) throws IOException {
        archive.add("versions.txt", versions(heddle));
        for (var question : QUESTIONS.entrySet()) {
            answer(question.getKey(), () -> api.ask(question.getValue()));
        }
        answer("control/metrics.txt", () -> api.page("metrics"));
        answer("control/syncz.json", () -> api.page("debug/syncz"));
        proxies();
        if (wish.admins().isEmpty()) {
            archive.leaveOut("what proxies themselves run", "none was named by --admin");
        }
        for (InetSocketAddress admin : wish.admins()) {
            admin(admin);
        }
        if (wish.logs().isEmpty()) {
            archive.leaveOut("logs", "none was named by --log");
        }
        for (Path log : wish.logs()) {
            log(log);
        }
    }

    private static String versions(String heddle) {
        var text = new StringBuilder();
        text.append(heddle).append(", Java ").append(Runtime.version()).append('\n');
        for (String name : List.of("os.name", "os.version", "os.arch", "java.vm.name")) {
            text.append(name).append(": ").append(System.getProperty(name)).append('\n');
        }
        return text.append("processors: ")
                .append(Runtime.getRuntime().availableProcessors())
                .append('\n')
                .toString();
    }

    private void answer(String name, Supplier<Api.Reply> question) throws IOException {
        try {
            Api.Reply reply = question.get();
            if (reply.status() == 200) {
                archive.add(name, reply.body());
            } else {
                archive.leaveOut(name, "status " + reply.status() + ": " + reply.body().strip());
            }
        } catch (Failure e) {
            archive.leaveOut(name, String.valueOf(e.getMessage()));
        }
    }

    private void proxies() throws IOException {
        List<String> ids;
        try {
            ids =
                    api.get("proxies").answer().at("proxies").items().stream()
                            .filter(it -> it.at("connected").isTrue())
                            .map(it -> it.at("id").text())
                            .toList();
        } catch (Failure e) {
            archive.leaveOut("what proxies were given", String.valueOf(e.getMessage()));
            return;
        }
        for (String id : ids.subList(0, Math.min(ids.size(), MOST_PROXIES))) {
            answer(
                    "given/" + Archive.fileName(id) + ".json",
                    () -> api.ask(Api.path("proxies", id, "config")));
        }
        if (ids.size() > MOST_PROXIES) {
            archive.leaveOut(
                    "what %d proxies were given".formatted(ids.size() - MOST_PROXIES),
                    "at most %d are asked for".formatted(MOST_PROXIES));
        }
    }

    private void admin(InetSocketAddress admin) throws IOException {
        String of = admin.getHostString() + "-" + admin.getPort();
        for (String page : PAGES) {
            String name =
                    "proxies/" + Archive.fileName(of) + page.replaceFirst("[?].*", "") + ".txt";
            try {
                archive.add(name, ProxyAdmin.get(admin, page));
            } catch (Failure e) {
                archive.leaveOut(name, String.valueOf(e.getMessage()));
            }
        }
    }

    private void log(Path log) throws IOException {
        String name = "logs/" + Archive.fileName(String.valueOf(log.getFileName()));
        try (var file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - LOG_BYTES);
            file.seek(from);
            var bytes = new byte[(int) (file.length() - from)];
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            if (from > 0) {
                // A line that is cut may hide half of what the scrubber would know.
                text = text.substring(text.indexOf('\n') + 1);
                archive.leaveOut(
                        name + ", its beginning",
                        "%d bytes (at most the last %d)".formatted(file.length(), LOG_BYTES));
            }
            archive.add(name, text);
        } catch (IOException e) {
            archive.leaveOut(name, String.valueOf(e.getMessage()));
        }
    }
}
