package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/// `heddle stage` and `heddle status`: how far a change has come, and which proxies have it.
public final class Stage {
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final int MOST_NAMED = 5;

    private Stage() {}

    /// What to do with the change that is on its way.
    public enum Step {
        /// To say how far it is.
        STATUS,
        /// To take it back.
        ABORT,
        /// To put it in force now.
        PROMOTE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Shows or ends the change that is on its way in stages.
    ///
    /// @param waitSeconds how long to wait until it is over
    /// @return 1 when it was reverted but not by this call, or is not over after a wait
    public static int run(Api api, Step step, int waitSeconds, boolean json, Machine machine) {
        Api.Reply reply =
                step == Step.STATUS
                        ? api.get("stage")
                        : api.send("POST", "stage/" + step, Node.Mapping.EMPTY);
        for (long left = turns(waitSeconds);
                left > 0 && reply.answer().at("underWay").isTrue();
                left--) {
            LockSupport.parkNanos(PAUSE.toNanos());
            reply = api.get("stage");
        }
        if (json) {
            machine.out().print(reply.body());
        } else {
            machine.out().print(text(reply.answer()));
        }
        boolean isReverted =
                step != Step.ABORT && reply.answer().at("state").text().equals("reverted");
        boolean isLate = waitSeconds > 0 && reply.answer().at("underWay").isTrue();
        return isReverted || isLate ? 1 : 0;
    }

    private static long turns(int waitSeconds) {
        if (waitSeconds < 0) {
            throw Failure.usage("--wait-s: %d (expected: 0 or more)".formatted(waitSeconds), "");
        }
        return Duration.ofSeconds(waitSeconds).dividedBy(PAUSE);
    }

    private static String text(Answer stage) {
        String version = "version " + stage.at("version").text();
        String why = by(stage.at("who").text(), stage.at("message").text());
        return switch (stage.at("state").text()) {
            case "promoted" ->
                    "%s%s is in force since %s%n".formatted(version, why, stage.at("since").text());
            case "reverted" ->
                    "%s%s was taken back at %s: %s%n"
                            .formatted(
                                    version,
                                    why,
                                    stage.at("since").text(),
                                    stage.at("reason").text());
            default ->
                    "%s%s is on its way in stages %s%nstage %s (%s): %s%n"
                            .formatted(
                                    version,
                                    why,
                                    stage.at("stages").text(),
                                    stage.at("stage").text(),
                                    stage.at("share").text(),
                                    progress(stage));
        };
    }

    private static String progress(Answer stage) {
        int all = stage.at("proxies").items().size();
        List<Answer> missing = stage.at("missing").items();
        if (stage.at("state").text().equals("holding")) {
            return "applied by all %d proxies that have it, held for %s s since %s"
                    .formatted(all, stage.at("holdSeconds").text(), stage.at("since").text());
        }
        String named =
                missing.stream()
                        .limit(MOST_NAMED)
                        .map(id -> ProxyStatus.shortName(id.text()))
                        .collect(Collectors.joining(", "));
        return missing.isEmpty()
                ? stage.at("state").text()
                : "applied by %d/%d proxies that have it; it waits for %s%s"
                        .formatted(
                                all - missing.size(),
                                all,
                                named,
                                missing.size() > MOST_NAMED ? ", …" : "");
    }

    private static String by(String who, String message) {
        return (who.isEmpty() ? "" : " by " + who)
                + (message.isEmpty() ? "" : " (" + message + ")");
    }

    /// Says which version is in force, who made it, and which proxies have it.
    ///
    /// @param waitSeconds how long to wait until all have it
    /// @return 1 when some have not, after a wait
    public static int status(Api api, int waitSeconds, boolean json, Machine machine) {
        Api.Reply reply = api.get("version");
        for (long left = turns(waitSeconds); left > 0 && !isApplied(reply.answer()); left--) {
            LockSupport.parkNanos(PAUSE.toNanos());
            reply = api.get("version");
        }
        Answer mesh = reply.answer();
        if (json) {
            machine.out().print(reply.body());
        } else {
            print(api, mesh, machine);
        }
        return waitSeconds > 0 && !isApplied(mesh) ? 1 : 0;
    }

    private static boolean isApplied(Answer mesh) {
        return mesh.at("proxiesOnVersion").text().equals(mesh.at("proxies").text());
    }

    private static void print(Api api, Answer mesh, Machine machine) {
        String version = mesh.at("version").text();
        Optional<Answer> made =
                api.get("versions").answer().at("versions").items().stream()
                        .filter(v -> v.at("version").text().equals(version))
                        .findFirst();
        String who =
                made.map(v ->
                                v.at("who").items().stream()
                                        .map(Answer::text)
                                        .collect(Collectors.joining(", ")))
                        .orElse("");
        String message = made.map(v -> v.at("message").text()).orElse("");
        machine.out()
                .println(
                        "version %s since %s%s"
                                .formatted(version, mesh.at("since").text(), by(who, message)));
        machine.out()
                .println(
                        applied(
                                mesh.at("proxiesOnVersion").text(),
                                mesh.at("proxies").text(),
                                version));
        machine.out()
                .println(
                        "%s errors, %s warnings ('./heddle get findings' lists them)"
                                .formatted(mesh.at("errors").text(), mesh.at("warnings").text()));
        Api.Reply stage = api.ask("stage");
        if (stage.status() == 200 && stage.answer().at("underWay").isTrue()) {
            machine.out().print(text(stage.answer()));
        }
    }

    /// As in `applied by 812/812 proxies on version 42`.
    static String applied(String proxies, String all, String version) {
        return "applied by %s/%s proxies on version %s".formatted(proxies, all, version);
    }
}
