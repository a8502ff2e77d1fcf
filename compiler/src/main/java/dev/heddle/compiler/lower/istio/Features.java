package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.Abort;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.HttpFeature.Cors;
import dev.heddle.compiler.ir.HttpFeature.Delay;
import dev.heddle.compiler.ir.HttpFeature.Fault;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RouteMatch.ValueMatch;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.lower.alike.Portions;
import dev.heddle.model.istio.GrpcStatus;
import dev.heddle.model.istio.Percent;
import dev.heddle.model.istio.VirtualService.AbortError;
import dev.heddle.model.istio.VirtualService.CorsPolicy;
import dev.heddle.model.istio.VirtualService.DelayTime;
import dev.heddle.model.istio.VirtualService.FaultAbort;
import dev.heddle.model.istio.VirtualService.FaultDelay;
import dev.heddle.model.istio.VirtualService.HttpFaultInjection;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import dev.heddle.model.istio.VirtualService.UnmatchedPreflights;
import dev.heddle.model.match.StringMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Lowers what a rule does beside routing. What cannot work is left out; the checks say so.
final class Features {
    private Features() {}

    static List<HttpFeature> lower(HttpRoute rule) {
        if (rule.fault().isEmpty() && rule.corsPolicy().isEmpty()) {
            return List.of();
        }
        var features = new ArrayList<HttpFeature>();
        rule.fault().flatMap(Features::fault).ifPresent(features::add);
        rule.corsPolicy().map(Features::cors).ifPresent(features::add);
        return features;
    }

    private static Optional<Fault> fault(HttpFaultInjection fault) {
        Optional<Delay> delay = fault.delay().flatMap(Features::delay);
        Optional<Abort> abort = fault.abort().flatMap(Features::abort);
        return delay.isEmpty() && abort.isEmpty()
                ? Optional.empty()
                : Optional.of(new Fault(delay, abort));
    }

    private static Optional<Delay> delay(FaultDelay delay) {
        Optional<Portion> of =
                delay.percentage()
                        .map(Portions::lower)
                        .orElseGet(() -> Portions.lower(delay.percent().orElse(0)));
        return switch (delay.delayTime().orElse(null)) {
            case DelayTime.Fixed(var time) when time.isPositive() ->
                    of.map(portion -> new Delay(time, portion));
            case DelayTime.Fixed _, DelayTime.Exponential _ -> Optional.empty();
            case null -> Optional.empty();
        };
    }

    private static Optional<Abort> abort(FaultAbort abort) {
        Optional<Portion> of = Portions.lower(abort.percentage().orElse(new Percent(0)));
        Optional<AbortAnswer> answer =
                switch (abort.errorType().orElse(null)) {
                    case AbortError.Http(int status) when status >= 200 && status <= 599 ->
                            Optional.of(new AbortAnswer.Http(status));
                    case AbortError.Grpc(String name) when GrpcStatus.NAMES.contains(name) ->
                            Optional.of(new AbortAnswer.Grpc(GrpcStatus.NAMES.indexOf(name), name));
                    case AbortError.Http _, AbortError.Grpc _, AbortError.Http2 _ ->
                            Optional.empty();
                    case null -> Optional.empty();
                };
        return answer.flatMap(it -> of.map(portion -> new Abort(it, portion)));
    }

    /// The older form of origins counts where there is none of the newer.
    private static Cors cors(CorsPolicy policy) {
        Stream<StringMatch> origins =
                policy.allowOrigins().isEmpty()
                        ? policy.allowOrigin().stream().map(StringMatch.Exact::new)
                        : policy.allowOrigins().stream();
        return new Cors(
                origins.flatMap(it -> origin(it).stream()).toList(),
                sendable(policy.allowMethods()),
                sendable(policy.allowHeaders()),
                sendable(policy.exposeHeaders()),
                policy.maxAge().filter(it -> !it.isNegative()),
                policy.allowCredentials(),
                policy.unmatchedPreflights() != UnmatchedPreflights.IGNORE);
    }

    private static Optional<ValueMatch> origin(StringMatch origin) {
        return switch (origin) {
            case StringMatch.Exact(String exact) -> Optional.of(new ValueMatch.Exact(exact));
            case StringMatch.Prefix(String prefix) when !prefix.isEmpty() ->
                    Optional.of(new ValueMatch.Prefix(prefix));
            case StringMatch.Regex(String regex) when EnvoySyntax.problemOfRegex(regex).isEmpty() ->
                    Optional.of(new ValueMatch.Regex(regex));
            case StringMatch.Prefix _, StringMatch.Regex _, StringMatch.Present _ ->
                    Optional.empty();
        };
    }

    private static List<String> sendable(List<String> names) {
        return names.stream().filter(it -> it.chars().allMatch(c -> c > ' ' && c < 0x7f)).toList();
    }
}
