package dev.heddle.cli.explain;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.offline.Absences;
import dev.heddle.cli.offline.Labels;
import dev.heddle.cli.online.HostHealth;
import dev.heddle.cli.plan.Base;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Journeys;
import dev.heddle.compiler.explain.Placed;
import dev.heddle.compiler.explain.Reception;
import dev.heddle.compiler.explain.Request;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.control.world.Edition;
import dev.heddle.xds.identity.SpiffeId;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `heddle explain`: what becomes of one request, and which line of whose YAML decides it.
public final class Explain {
    private Explain() {}

    /// What to explain.
    ///
    /// @param from labels of the workload (or gateway) whose request it is
    /// @param request as in `GET http://reviews:9080/reviews/0`
    /// @param headers as in `end-user: jason`
    /// @param caller the name that who sends it proves, or `none`; empty: its workload's own
    /// @param source address of who sends it
    /// @param destination address that is called
    /// @param admin port of the sender's proxy, which knows how its hosts are; empty where that is
    ///   not asked
    public record Question(
            Base config,
            String from,
            String namespace,
            String request,
            List<String> headers,
            Optional<String> caller,
            Optional<String> source,
            Optional<String> destination,
            Optional<InetSocketAddress> admin) {}

    /// Prints the answer. An answer is fine whatever it says.
    public static int run(Question question, boolean json, Machine machine) {
        Base.Read read = question.config().read(machine);
        Edition edition = read.edition(Instant.EPOCH);
        var sender =
                new Sender(
                        Labels.parse("--from", question.from()),
                        question.namespace(),
                        question.caller().map(Explain::name));
        Request request = request(question);
        Journey journey =
                new Placed(read::placed).of(new Journeys(edition.world()).of(sender, request));
        Optional<HostHealth> health = question.admin().map(HostHealth::read);
        var absences = new Absences(edition.world());
        Explanation answer = absences.explain(journey.sent());
        List<Reception> received = journey.received();
        absences.unknown(journey.from(), sender.labels())
                .ifPresent(what -> machine.err().println("note: " + what));
        machine.out()
                .print(
                        json
                                ? ExplanationText.json(answer, received, health)
                                : ExplanationText.text(
                                        question.request(), answer, received, health));
        return 0;
    }

    /// @return empty for nobody
    private static String name(String said) {
        if (said.equals("none")) {
            return "";
        }
        String whole = said.startsWith("spiffe://") ? said : "spiffe://" + said;
        if (SpiffeId.parse(whole).isEmpty()) {
            throw Failure.usage(
                    "--caller: '" + said + "' (expected: a SPIFFE id, or none)",
                    "for example --caller spiffe://cluster.local/ns/default/sa/web");
        }
        return whole;
    }

    private static Request request(Question question) {
        Request request = request(question.request(), headers(question.headers()));
        if (question.source().isPresent()) {
            String source = address("--source-ip", question.source().get());
            request = request.by(new Request.Caller("", source));
        }
        return question.destination().isPresent()
                ? request.via(address("--destination-ip", question.destination().get()))
                : request;
    }

    private static String address(String option, String said) {
        try {
            return InetAddress.ofLiteral(said).getHostAddress();
        } catch (IllegalArgumentException _) {
            throw Failure.usage(
                    option + ": '" + said + "' (expected: an IP address)",
                    "for example " + option + " 10.0.0.7");
        }
    }

    private static Request request(String text, Map<String, String> headers) {
        String[] words = text.strip().split("\\s+", -1);
        try {
            return switch (words.length) {
                case 1 -> Request.of("GET", words[0], headers);
                case 2 -> Request.of(words[0].toUpperCase(Locale.ROOT), words[1], headers);
                default ->
                        throw new IllegalArgumentException("'" + text + "' (expected: METHOD URL)");
            };
        } catch (IllegalArgumentException e) {
            throw Failure.usage(
                    "--request: " + e.getMessage(),
                    "for example --request 'GET http://reviews:9080/reviews/0'");
        }
    }

    private static Map<String, String> headers(List<String> texts) {
        var headers = new LinkedHashMap<String, String>();
        for (String text : texts) {
            int colon = text.indexOf(':', 1); // a pseudo header begins with a colon
            if (colon < 1) {
                throw Failure.usage(
                        "-H: '" + text + "' (expected: 'name: value')",
                        "for example -H 'end-user: jason'");
            }
            headers.put(
                    text.substring(0, colon).strip().toLowerCase(Locale.ROOT),
                    text.substring(colon + 1).strip());
        }
        return headers;
    }
}
