package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.model.verify.MeshTest.Behavior;
import dev.heddle.model.verify.MeshTest.Case;
import dev.heddle.model.verify.MeshTest.Destination;
import dev.heddle.model.verify.MeshTest.Expect;
import dev.heddle.model.verify.MeshTest.Expected;
import dev.heddle.model.verify.MeshTest.From;
import dev.heddle.model.verify.MeshTest.Load;
import dev.heddle.model.verify.MeshTest.Phase;
import dev.heddle.model.verify.MeshTest.Received;
import dev.heddle.model.verify.MeshTest.Sent;
import dev.heddle.model.verify.MeshTest.Simulation;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Looks at MeshTests. What can never fail, or never pass, is a mistake.
final class MeshTestCheck implements Check<MeshTest> {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final Pattern URL =
            Pattern.compile(
                    "https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:(?<port>\\d{1,5}))?([/?#].*)?");
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final int MOST_REQUESTS = 100_000;
    private static final Pattern CALLER =
            Pattern.compile("none|(spiffe://)?[a-z0-9._-]+(/[A-Za-z0-9._-]+)+");

    @Override
    public void check(Resource<MeshTest> resource, Findings findings) {
        MeshTest spec = resource.spec();
        spec.from().ifPresent(it -> checkFrom(it, SPEC.field("from"), findings));
        if (spec.tests().isEmpty() && spec.simulations().isEmpty()) {
            findings.missing(SPEC, "it tests nothing (expected: tests or simulations)");
        }
        var names = new HashSet<String>();
        for (int i = 0; i < spec.tests().size(); i++) {
            Case test = spec.tests().get(i);
            FieldPath path = SPEC.field("tests").index(i);
            if (!names.add(test.name())) {
                findings.invalid(path.field("name"), test.name(), "another name, as that is taken");
            }
            if (test.from().or(spec::from).isEmpty()) {
                findings.missing(path, "nobody sends it (expected: from, here or in spec)");
            }
            test.from().ifPresent(it -> checkFrom(it, path.field("from"), findings));
            test.request().ifPresent(it -> checkSent(it, path.field("request"), findings));
            test.expect().ifPresent(it -> checkExpect(it, path.field("expect"), findings));
        }
        checkSimulations(spec, findings);
    }

    private static void checkSimulations(MeshTest spec, Findings findings) {
        var names = new HashSet<String>();
        for (int i = 0; i < spec.simulations().size(); i++) {
            Simulation simulation = spec.simulations().get(i);
            FieldPath path = SPEC.field("simulations").index(i);
            if (!names.add(simulation.name())) {
                findings.invalid(
                        path.field("name"), simulation.name(), "another name, as that is taken");
            }
            if (simulation.from().or(spec::from).isEmpty()) {
                findings.missing(path, "nobody sends it (expected: from, here or in spec)");
            }
            simulation.from().ifPresent(it -> checkFrom(it, path.field("from"), findings));
            simulation.request().ifPresent(it -> checkSent(it, path.field("request"), findings));
            simulation
                    .request()
                    .filter(it -> it.url().startsWith("https:"))
                    .ifPresent(it ->
                            findings.invalid(
                                    path.field("request").field("url"),
                                    it.url(),
                                    "http, as TLS is not simulated"));
            simulation.load().ifPresent(it -> checkLoad(it, path.field("load"), findings));
            for (int j = 0; j < simulation.endpoints().size(); j++) {
                checkBehavior(
                        simulation.endpoints().get(j), path.field("endpoints").index(j), findings);
            }
            if (simulation.expect().equals(Optional.of(Expected.NOTHING))) {
                findings.missing(path.field("expect"), "it expects nothing, and so cannot fail");
            }
        }
    }

    private static void checkLoad(Load load, FieldPath path, Findings findings) {
        if (load.requestsPerSecond() < 1 || load.requestsPerSecond() > 1_000) {
            findings.invalid(
                    path.field("requestsPerSecond"), load.requestsPerSecond(), "1 to 1000");
        }
        Values.checkDuration(Optional.of(load.duration()), path.field("duration"), findings);
        if (load.duration().compareTo(LONGEST) > 0) {
            findings.error(path.field("duration"), "more than an hour (expected: at most 1h)");
        } else if (load.requestsPerSecond() * load.duration().toMillis() / 1_000 > MOST_REQUESTS) {
            findings.error(
                    path,
                    load.requestsPerSecond() * load.duration().toMillis() / 1_000
                            + " requests (expected: at most "
                            + MOST_REQUESTS
                            + ")");
        }
    }

    private static void checkBehavior(Behavior behavior, FieldPath path, Findings findings) {
        for (int i = 0; i < behavior.phases().size(); i++) {
            Phase phase = behavior.phases().get(i);
            FieldPath at = path.field("phases").index(i);
            if (phase.every().isPresent() != phase.length().isPresent()) {
                findings.error(at, "one of 'every' and 'length' (expected: both, or none)");
            }
            Values.checkDuration(phase.every(), at.field("every"), findings);
            Values.checkDuration(phase.length(), at.field("length"), findings);
            Values.checkShare(phase.percentage(), at.field("percentage"), findings);
            checkStatus(phase.status(), at.field("status"), findings);
            if (phase.reset() && phase.status().isPresent()) {
                findings.exclusive(at, "status", "reset");
            }
        }
    }

    private static void checkFrom(From from, FieldPath path, Findings findings) {
        if (from.labels().isEmpty() == from.gateway().isEmpty()) {
            findings.error(
                    path,
                    (from.gateway().isEmpty() ? "none" : "both")
                            + " of 'labels' and 'gateway' (expected: one)");
        }
        checkCaller(Optional.of(from.caller()), path.field("caller"), findings);
    }

    private static void checkCaller(Optional<String> caller, FieldPath path, Findings findings) {
        caller.filter(it -> !it.isEmpty() && !CALLER.matcher(it).matches())
                .ifPresent(it -> findings.invalid(path, it, "a SPIFFE id, or none"));
    }

    private static void checkSent(Sent sent, FieldPath path, Findings findings) {
        if (!Values.isHeaderName(sent.methodOrGet())) {
            findings.invalid(path.field("method"), sent.method(), "a method, as in GET");
        }
        checkUrl(sent.url(), path.field("url"), findings);
        checkNames(sent.headers().keySet(), path.field("headers"), findings);
    }

    private static void checkUrl(String url, FieldPath path, Findings findings) {
        Matcher read = URL.matcher(url);
        if (!read.matches()) {
            findings.invalid(path, url, "a URL, as in http://reviews:9080/reviews/0");
        } else if (read.group("port") != null) {
            Values.checkPort(Integer.parseInt(read.group("port")), path, findings);
        }
    }

    private static void checkNames(Collection<String> names, FieldPath path, Findings findings) {
        names.stream()
                .filter(it -> !Values.isHeaderName(it))
                .forEach(it -> findings.invalid(path, it, "a header's name"));
    }

    private static void checkExpect(Expect expect, FieldPath path, Findings findings) {
        if (expect.equals(Expect.NOTHING)) {
            findings.missing(path, "it expects nothing, and so cannot fail");
        }
        for (int i = 0; i < expect.destinations().size(); i++) {
            checkDestination(
                    expect.destinations().get(i), path.field("destinations").index(i), findings);
        }
        for (int i = 0; i < expect.mirrors().size(); i++) {
            checkPercent(
                    expect.mirrors().get(i).percent(),
                    path.field("mirrors").index(i).field("percent"),
                    findings);
        }
        checkNames(expect.requestHeaders().keySet(), path.field("requestHeaders"), findings);
        checkNames(expect.responseHeaders().keySet(), path.field("responseHeaders"), findings);
        checkNames(expect.removedRequestHeaders(), path.field("removedRequestHeaders"), findings);
        checkNames(expect.removedResponseHeaders(), path.field("removedResponseHeaders"), findings);
        checkStatus(expect.status(), path.field("status"), findings);
        expect.retries()
                .ifPresent(it ->
                        Values.checkNotNegative(
                                it.attempts(), path.field("retries").field("attempts"), findings));
        expect.received().ifPresent(it -> checkReceived(it, path.field("received"), findings));
        checkContradictions(expect, path, findings);
    }

    /// What nothing could meet.
    private static void checkContradictions(Expect expect, FieldPath path, Findings findings) {
        expect.without()
                .forEach(it -> {
                    boolean isWanted =
                            switch (it) {
                                case fault -> expect.fault().isPresent();
                                case mirrors -> !expect.mirrors().isEmpty();
                                case rateLimit ->
                                        expect.rateLimit().isPresent()
                                                || expect.received()
                                                        .flatMap(Received::rateLimit)
                                                        .isPresent();
                                case retries -> expect.retries().isPresent();
                                case timeout -> expect.timeout().isPresent();
                            };
                    if (isWanted) {
                        findings.exclusive(path, "without: " + it, it.name());
                    }
                });
    }

    private static void checkDestination(
            Destination destination, FieldPath path, Findings findings) {
        Values.checkPort(destination.port(), path.field("port"), findings);
        checkPercent(destination.weight(), path.field("weight"), findings);
        checkPercent(destination.minWeight(), path.field("minWeight"), findings);
        if (destination.weight().isPresent() && destination.minWeight().isPresent()) {
            findings.exclusive(path, "weight", "minWeight");
        }
    }

    private static void checkPercent(OptionalInt percent, FieldPath path, Findings findings) {
        percent.ifPresent(it -> Values.checkPercent(it, path, findings));
    }

    private static void checkStatus(OptionalInt status, FieldPath path, Findings findings) {
        status.ifPresent(it -> {
            if (it < 200 || it > 599) {
                findings.invalid(path, it, "200 to 599");
            }
        });
    }

    private static void checkReceived(Received received, FieldPath path, Findings findings) {
        checkCaller(received.caller(), path.field("caller"), findings);
        checkStatus(received.status(), path.field("status"), findings);
        if (received.caller().isEmpty()
                && received.status().isEmpty()
                && received.rateLimit().isEmpty()
                && received.authorization().isEmpty()) {
            findings.missing(
                    path,
                    "it expects nothing (expected: caller, status, rateLimit or authorization)");
        }
    }
}
