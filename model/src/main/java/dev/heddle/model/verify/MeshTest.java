package dev.heddle.model.verify;

import dev.heddle.model.policy.RateLimitPolicy;
import dev.heddle.model.policy.RouteExtension.Fault;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Tests of a configuration (kind `MeshTest`): requests, and what each of them must meet. Only
/// `heddle verify` and its JUnit extension act on it; a mesh leaves it alone.
///
/// @param from who sends the requests of tests and simulations that don't say
/// @param simulations of many requests in virtual time
public record MeshTest(Optional<From> from, List<Case> tests, List<Simulation> simulations) {
    public MeshTest {
        tests = List.copyOf(tests);
        simulations = List.copyOf(simulations);
    }

    /// Who sends a request.
    ///
    /// @param labels of the workload, or of the gateway, as in `app: productpage`
    /// @param gateway name of a Gateway of the Gateway API, whose proxies have its label
    /// @param namespace to look for it in first; empty for the namespace of the MeshTest
    /// @param caller the name that it proves, as in `spiffe://cluster.local/ns/a/sa/b`, or `none`;
    ///   empty for its workload's own
    public record From(
            Map<String, String> labels, String gateway, String namespace, String caller) {
        public From {
            labels = Ordered.copyOf(labels);
        }
    }

    /// One request, and what is expected of it.
    ///
    /// @param name each once in a MeshTest
    public record Case(
            @Required String name,
            Optional<From> from,
            @Required Optional<Sent> request,
            @Required Optional<Expect> expect) {}

    /// A request.
    ///
    /// @param method `GET` when empty
    /// @param url as in `http://reviews:9080/reviews/0`
    /// @param headers by name; a header `host` goes before the URL's
    public record Sent(String method, @Required String url, Map<String, String> headers) {
        public Sent {
            headers = Ordered.copyOf(headers);
        }

        /// The method in force.
        public String methodOrGet() {
            return method.isEmpty() ? "GET" : method;
        }
    }

    /// What a request must meet; only what is said is looked at.
    ///
    /// @param route name of the route
    /// @param rule resource that made the route, as in `VirtualService default/reviews`, with or
    ///   without the field behind it
    /// @param destinations where it goes, all of them
    /// @param mirrors who gets copies, all of them
    /// @param path as the destination gets it, with its query
    /// @param authority as the destination gets it
    /// @param requestHeaders as every destination gets them
    /// @param removedRequestHeaders that a rule takes away before any destination gets them
    /// @param responseHeaders that rules write into answers of every destination
    /// @param removedResponseHeaders that rules take out of answers of every destination
    /// @param status that a proxy, of the sender or of each receiver, answers with by itself
    /// @param flag of that answer, as in `NR`
    /// @param location that a redirect leads to
    /// @param unreachable whether the sender's proxy has nowhere to send it
    /// @param timeout of the whole answer
    /// @param without what there must be none of
    /// @param rateLimit one of the limits that it counts against at the sender's proxy, as a
    ///   gateway's
    /// @param authorization what the sender's proxy, as a gateway's, makes of it
    /// @param received what the proxy of each destination makes of it
    public record Expect(
            Optional<String> route,
            Optional<String> rule,
            List<Destination> destinations,
            List<Mirror> mirrors,
            Optional<String> path,
            Optional<String> authority,
            Map<String, String> requestHeaders,
            List<String> removedRequestHeaders,
            Map<String, String> responseHeaders,
            List<String> removedResponseHeaders,
            OptionalInt status,
            Optional<String> flag,
            Optional<String> location,
            Optional<Boolean> unreachable,
            Optional<Fault> fault,
            Optional<Duration> timeout,
            Optional<Retries> retries,
            List<Without> without,
            Optional<RateLimit> rateLimit,
            Optional<Authorization> authorization,
            Optional<Received> received) {
        /// Nothing.
        public static final Expect NOTHING =
                new Expect(
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(),
                        List.of(),
                        Map.of(),
                        List.of(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());

        public Expect {
            destinations = List.copyOf(destinations);
            mirrors = List.copyOf(mirrors);
            requestHeaders = Ordered.copyOf(requestHeaders);
            removedRequestHeaders = List.copyOf(removedRequestHeaders);
            responseHeaders = Ordered.copyOf(responseHeaders);
            removedResponseHeaders = List.copyOf(removedResponseHeaders);
            without = List.copyOf(without);
        }
    }

    /// Where a share of the requests goes.
    ///
    /// @param host as in `reviews.default.svc.cluster.local`, or `reviews` for one of the sender's
    ///   namespace
    /// @param subset any when absent; empty for none
    /// @param port any when absent
    /// @param weight in percent, exactly; any when absent
    /// @param minWeight in percent, at least
    public record Destination(
            @Required String host,
            Optional<String> subset,
            OptionalInt port,
            OptionalInt weight,
            OptionalInt minWeight) {}

    /// Who gets copies.
    ///
    /// @param percent of the requests, exactly; any when absent
    public record Mirror(@Required String host, Optional<String> subset, OptionalInt percent) {}

    /// How often the sender's proxy tries again.
    ///
    /// @param attempts beside the first
    /// @param perTryTimeout any when absent
    /// @param on Envoy's conditions, all of them in any order; any when empty
    public record Retries(
            @Required OptionalInt attempts, Optional<Duration> perTryTimeout, List<String> on) {
        public Retries {
            on = List.copyOf(on);
        }
    }

    /// What there can be none of.
    public enum Without {
        fault,
        mirrors,
        /// Where it is sent and where it is received.
        rateLimit,
        retries,
        timeout
    }

    /// A limit that requests count against.
    ///
    /// @param policy that has it, as in `default/reviews`, or `RateLimitPolicy default/reviews`;
    ///   any when absent
    /// @param rule of the policy, by its name; any when absent
    /// @param requests in each unit; any when absent
    /// @param unit any when absent
    /// @param burst at once; any when absent
    public record RateLimit(
            Optional<String> policy,
            Optional<String> rule,
            OptionalLong requests,
            Optional<RateLimitPolicy.Unit> unit,
            OptionalLong burst) {}

    /// What the rules say that say who may do what.
    ///
    /// @param decision any when absent
    /// @param policy that decides, as in `default/web`, `AuthorizationPolicy default/web`, or its
    ///   rule `ns[default]-policy[web]-rule[0]`; `none` where nothing allows it; any when absent
    public record Authorization(Optional<Decision> decision, Optional<String> policy) {}

    /// Whether a request may pass.
    public enum Decision {
        allow,
        deny,
        /// It depends on what files don't say.
        unsure
    }

    /// What the proxy of a destination makes of a request.
    ///
    /// @param caller who it sees: `none` in plain text; any when absent
    /// @param status that it answers with by itself; any when absent
    /// @param rateLimit one of the limits that it counts against
    public record Received(
            Optional<String> caller,
            OptionalInt status,
            Optional<RateLimit> rateLimit,
            Optional<Authorization> authorization) {}

    /// Many requests to endpoints that misbehave, and what is expected of them together.
    ///
    /// @param name each once among simulations of a MeshTest
    /// @param endpoints how those behave that do not just answer 200 at once
    /// @param seed of all chance
    public record Simulation(
            @Required String name,
            Optional<From> from,
            @Required Optional<Sent> request,
            @Required Optional<Load> load,
            List<Behavior> endpoints,
            OptionalLong seed,
            @Required Optional<Expected> expect) {
        public Simulation {
            endpoints = List.copyOf(endpoints);
        }
    }

    /// How many requests are made: one after the other at equal distances, whether those before
    /// were answered or not.
    ///
    /// @param requestsPerSecond 1 to 1,000
    /// @param duration at most an hour, and so short that there are at most 100,000 requests
    public record Load(@Required int requestsPerSecond, @Required Duration duration) {}

    /// How one endpoint behaves.
    ///
    /// @param workload name of its WorkloadEntry, with or without its namespace, or its address and
    ///   port
    /// @param phases of which the first counts that is on; an endpoint without one answers 200
    public record Behavior(@Required String workload, List<Phase> phases) {
        public Behavior {
            phases = List.copyOf(phases);
        }
    }

    /// A time in which an endpoint behaves otherwise.
    ///
    /// @param from since the load began
    /// @param until the end of the run when absent
    /// @param every how often it comes and goes between; absent for not at all
    /// @param length for how long it is on each time
    /// @param percentage of the requests that it concerns; all when absent
    /// @param latency that an answer takes
    /// @param status of answers, 200 when absent
    /// @param reset whether connections are closed instead of answers
    public record Phase(
            Optional<Duration> from,
            Optional<Duration> until,
            Optional<Duration> every,
            Optional<Duration> length,
            OptionalDouble percentage,
            Optional<Duration> latency,
            OptionalInt status,
            boolean reset) {}

    /// What is expected of all requests of a simulation; only what is said is looked at.
    ///
    /// @param minSuccess percent of the requests that are answered, and not with 5xx
    /// @param maxSuccess the same, at most
    /// @param maxP99 time within which 99 of 100 requests are answered
    /// @param minAttempts requests that endpoints get for each that is made, at least
    /// @param maxAttempts the same, at most
    /// @param ejected the endpoints that were ejected at some time, all of them
    /// @param shares of the answers
    public record Expected(
            OptionalDouble minSuccess,
            OptionalDouble maxSuccess,
            Optional<Duration> maxP99,
            OptionalDouble minAttempts,
            OptionalDouble maxAttempts,
            Optional<List<String>> ejected,
            List<AnswerShare> shares) {
        /// Nothing.
        public static final Expected NOTHING =
                new Expected(
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        Optional.empty(),
                        List.of());

        public Expected {
            shares = List.copyOf(shares);
        }
    }

    /// How many of all answers are an endpoint's.
    ///
    /// @param workload as in [Behavior]
    /// @param min percent, at least
    /// @param max percent, at most
    public record AnswerShare(@Required String workload, OptionalDouble min, OptionalDouble max) {}
}
