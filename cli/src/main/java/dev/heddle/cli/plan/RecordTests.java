package dev.heddle.cli.plan;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Confined;
import dev.heddle.model.Metadata;
import dev.heddle.model.Resource;
import dev.heddle.model.SourceText;
import dev.heddle.model.codec.RecordWriter;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.verify.MeshTest;
import dev.heddle.model.verify.MeshTest.Case;
import dev.heddle.model.verify.MeshTest.From;
import dev.heddle.model.verify.MeshTest.Sent;
import dev.heddle.verify.Expectation;
import dev.heddle.verify.Outcome;
import dev.heddle.verify.Verifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// `heddle verify --record`: MeshTests of the requests of access logs, which expect what the
/// configuration does with each of them now.
///
/// Each test is run before it is written; one that would fail is left out and counted, since there
/// are things that tests cannot say.
@Confined("one thread")
public final class RecordTests {
    private final Verifier verifier;
    private final Map<Sender, List<Case>> bySender = new LinkedHashMap<>();
    private final Map<Sender, Map<String, Integer>> names = new HashMap<>();
    private int written;
    private int unsaid;
    private String firstUnsaid = "";

    private RecordTests(Edition edition) {
        this.verifier = new Verifier(edition);
    }

    /// What to record.
    ///
    /// @param base the configuration
    /// @param requests that were made
    /// @param namespace of that workload, and where others are looked for first
    /// @param most how many requests at most; those that were made most often, at least 1
    public record Question(Base base, Requests requests, String namespace, int most) {
        public Question {
            if (most < 1) {
                throw new IllegalArgumentException("--most: " + most + " (expected: >= 1)");
            }
        }
    }

    /// Prints the tests, and on the error stream what they leave out.
    ///
    /// @throws Failure when there is no request that a test can be made of
    public static int run(Question question, Machine machine) {
        LogFormats formats = question.requests().formats();
        Edition edition = question.base().read(machine).edition(Instant.EPOCH);
        var deciding = new Deciding(edition.world());
        var sample =
                new Sample(
                        formats,
                        Senders.of(
                                edition.world(), question.requests().from(), question.namespace()),
                        deciding::by,
                        false);
        question.requests().into(sample, machine);
        List<Map.Entry<Recorded, Occurrences>> requests =
                sample.requests().entrySet().stream()
                        .sorted((a, b) ->
                                Integer.compare(b.getValue().count(), a.getValue().count()))
                        .toList();
        var tests = new RecordTests(edition);
        requests.stream().limit(question.most()).forEach(it -> tests.add(it.getKey()));
        sample.left()
                .forEach((why, left) ->
                        note(
                                machine,
                                left.count() + " lines " + why.words() + ": " + left.first()));
        if (requests.size() > question.most()) {
            note(
                    machine,
                    "%d of %d distinct requests are written, those that were made most often"
                            .formatted(question.most(), requests.size()));
        }
        if (tests.unsaid > 0) {
            note(
                    machine,
                    "%d requests are left out, as a test cannot say them: %s"
                            .formatted(tests.unsaid, tests.firstUnsaid));
        }
        if (tests.written == 0) {
            throw Failure.of(
                    "there is no request to make a test of",
                    sample.lines() == 0 ? "the logs are empty" : "above it says why");
        }
        machine.out().print(tests.yaml());
        return 0;
    }

    private static void note(Machine machine, String what) {
        machine.err().println("note: " + what);
    }

    private void add(Recorded recorded) {
        Request request = recorded.asked(verifier::journey).request();
        Sent sent = sent(recorded, request);
        Journey journey =
                verifier.journey(
                        recorded.sender(), Request.of(sent.method(), sent.url(), sent.headers()));
        var test =
                new Case(
                        name(recorded),
                        Optional.empty(),
                        Optional.of(sent),
                        Optional.of(Expectation.of(journey, request)));
        Optional<String> wrong = wrong(recorded.sender(), test);
        if (wrong.isPresent()) {
            unsaid++;
            firstUnsaid =
                    firstUnsaid.isEmpty() ? recorded.text() + ": " + wrong.get() : firstUnsaid;
            return;
        }
        written++;
        bySender.computeIfAbsent(recorded.sender(), _ -> new ArrayList<>()).add(test);
    }

    private static Sent sent(Recorded recorded, Request request) {
        var headers = new TreeMap<>(recorded.headers());
        String host = request.serverName().isEmpty() ? request.host() : request.serverName();
        String url = request.scheme() + "://" + host + ":" + request.port();
        if (!url.endsWith("://" + request.authority())) {
            headers.put("host", request.authority());
        }
        return new Sent(request.method(), url + request.path(), headers);
    }

    private String name(Recorded recorded) {
        String name = recorded.text();
        int times =
                names.computeIfAbsent(recorded.sender(), _ -> new HashMap<>())
                        .merge(name, 1, Integer::sum);
        return times == 1 ? name : name + " #" + times;
    }

    /// What the test says wrong, once it is written and read again; empty for nothing.
    private Optional<String> wrong(Sender sender, Case test) {
        ResourceReader.Parsed parsed =
                ResourceReader.read("recorded", yaml(suite(sender, "one", List.of(test))));
        if (parsed.hasErrors()) {
            return Optional.of(parsed.diagnostics().getFirst().message());
        }
        Resource<?> read = parsed.resources().getFirst();
        if (!(read.spec() instanceof MeshTest spec)) {
            throw new IllegalStateException(read.id() + " is no MeshTest");
        }
        Outcome outcome =
                verifier.verify(
                        new Resource<>(Kinds.MESH_TEST, read.metadata(), spec, read.source()), 0);
        return outcome.passed()
                ? Optional.empty()
                : Optional.of(
                        outcome.mismatches().getFirst().field()
                                + " "
                                + outcome.mismatches().getFirst().actual());
    }

    private String yaml() {
        var text = new StringBuilder();
        var taken = new HashMap<String, Integer>();
        bySender.forEach((sender, tests) -> {
            String name = "recorded-" + word(sender);
            int times = taken.merge(sender.namespace() + "/" + name, 1, Integer::sum);
            text.append(text.isEmpty() ? "" : "---\n")
                    .append(yaml(suite(sender, times == 1 ? name : name + "-" + times, tests)));
        });
        return text.toString();
    }

    private static String yaml(Resource<MeshTest> suite) {
        return YamlWriter.write(RecordWriter.tree(suite));
    }

    private static Resource<MeshTest> suite(Sender sender, String name, List<Case> tests) {
        var from = new From(new TreeMap<>(sender.labels()), "", "", sender.caller().orElse(""));
        return new Resource<>(
                Kinds.MESH_TEST,
                Metadata.of(sender.namespace(), name),
                new MeshTest(Optional.of(from), tests, List.of()),
                SourceText.NONE);
    }

    private static String word(Sender sender) {
        Map<String, String> labels = sender.labels();
        String said =
                labels.getOrDefault(
                        "app", labels.getOrDefault("istio", String.join("-", labels.values())));
        String word = said.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return word.isEmpty() ? "workload" : word;
    }
}
