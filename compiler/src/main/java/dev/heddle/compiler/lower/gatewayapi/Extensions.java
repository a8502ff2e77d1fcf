package dev.heddle.compiler.lower.gatewayapi;

import dev.heddle.compiler.ir.HttpFeature;
import dev.heddle.compiler.ir.HttpFeature.AbortAnswer;
import dev.heddle.compiler.ir.Portion;
import dev.heddle.compiler.ir.RouteAction;
import dev.heddle.compiler.ir.RouteAction.PathRewrite;
import dev.heddle.compiler.ir.RouteAction.ReplyBody;
import dev.heddle.compiler.lower.alike.Portions;
import dev.heddle.model.istio.GrpcStatus;
import dev.heddle.model.istio.Percent;
import dev.heddle.model.policy.RouteExtension;
import dev.heddle.model.policy.RouteExtension.Abort;
import dev.heddle.model.policy.RouteExtension.DirectResponse;
import dev.heddle.model.policy.RouteExtension.Fault;
import dev.heddle.model.policy.RouteExtension.UrlRewrite;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/// Lowers what filters of Heddle's own do.
final class Extensions {
    private Extensions() {}

    /// The type of the body is an edit of headers.
    static RouteAction reply(DirectResponse said) {
        return new RouteAction.DirectResponse(
                said.statusOrOk(),
                said.body().isEmpty() ? new ReplyBody.Empty() : new ReplyBody.Text(said.body()));
    }

    /// What requests look like when they go on; what the route's own filters say stays where these
    /// say nothing.
    static RouteAction.Rewrite rewrite(RouteAction.Rewrite otherwise, RouteExtension own) {
        Optional<UrlRewrite> said = own.urlRewrite();
        Optional<String> header =
                said.flatMap(UrlRewrite::hostname)
                        .flatMap(RouteExtension.HostRewrite::header)
                        .map(h -> h.toLowerCase(Locale.ROOT));
        return new RouteAction.Rewrite(
                said.flatMap(UrlRewrite::path)
                        .flatMap(RouteExtension.PathRewrite::replaceRegexMatch)
                        .<PathRewrite>map(m -> new PathRewrite.Regex(m.pattern(), m.substitution()))
                        .orElse(otherwise.path()),
                header.isPresent() ? Optional.empty() : otherwise.authority(),
                header);
    }

    static HttpFeature fault(Fault said) {
        return new HttpFeature.Fault(
                said.delay().map(d -> new HttpFeature.Delay(d.fixedDelay(), share(d.percentage()))),
                said.abort().map(a -> new HttpFeature.Abort(answer(a), share(a.percentage()))));
    }

    private static AbortAnswer answer(Abort said) {
        return said.grpcStatus()
                .<AbortAnswer>map(
                        name -> new AbortAnswer.Grpc(GrpcStatus.NAMES.indexOf(name), name))
                .orElseGet(() -> new AbortAnswer.Http(said.httpStatus().orElse(500)));
    }

    /// Nobody says less than a millionth.
    private static Portion share(OptionalDouble percentage) {
        return Portions.lower(new Percent(percentage.orElse(100))).orElse(Portion.ALL);
    }
}
