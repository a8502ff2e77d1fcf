package dev.heddle.compiler.explain;

import dev.heddle.compiler.ir.Access.Rule;
import dev.heddle.compiler.ir.Access.Stage;
import dev.heddle.compiler.ir.Guards;
import dev.heddle.compiler.ir.Tokens.Issuer;
import dev.heddle.model.Origin;
import dev.heddle.xds.token.KeySet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Says who may pass a listener.
final class GuardText {
    private GuardText() {}

    /// What is said of somebody, and where that is written.
    record Line(String text, Origin origin) {}

    static List<Line> of(Guards guards) {
        var lines = new ArrayList<Line>();
        for (Issuer issuer : guards.tokens().issuers()) {
            lines.add(new Line(issuer(issuer), issuer.origin()));
        }
        stages("requests", guards.access().requests(), lines);
        stages("connections", guards.access().connections(), lines);
        for (Rule rule : guards.access().told()) {
            lines.add(new Line("tell of denials: " + rule.name(), rule.origin()));
        }
        return lines;
    }

    private static void stages(String of, List<Stage> stages, List<Line> lines) {
        for (Stage stage : stages) {
            String action =
                    stage.asked()
                            .map(it -> "ask " + FeatureText.of(it) + " about " + of)
                            .orElse(stage.action().name().toLowerCase(Locale.ROOT) + " " + of);
            for (Rule rule : stage.enforced().orElse(List.of())) {
                lines.add(new Line(action + ": " + rule.name(), rule.origin()));
            }
            if (stage.enforced().filter(List::isEmpty).isPresent()) {
                lines.add(new Line(action + ": none", Origin.BUILT_IN));
            }
            for (Rule rule : stage.tried().orElse(List.of())) {
                lines.add(new Line(action + ", tried out: " + rule.name(), rule.origin()));
            }
        }
    }

    private static String issuer(Issuer issuer) {
        var text = new StringBuilder("tokens of ").append(issuer.name());
        if (!issuer.audiences().isEmpty()) {
            text.append(" for ").append(String.join(" or ", issuer.audiences()));
        }
        int keys = issuer.keys().map(it -> KeySet.of(it).size()).orElse(0);
        text.append(", ").append(keys == 1 ? "1 key" : keys + " keys");
        issuer.places()
                .headers()
                .forEach(it ->
                        text.append(", in header ")
                                .append(it.name())
                                .append(
                                        it.prefix().isEmpty()
                                                ? ""
                                                : " behind '" + it.prefix() + "'"));
        issuer.places().parameters().forEach(it -> text.append(", in query ").append(it));
        issuer.places().cookies().forEach(it -> text.append(", in cookie ").append(it));
        if (issuer.forwards()) {
            text.append(", passed on");
        }
        if (!issuer.payloadHeader().isEmpty()) {
            text.append(", payload to header ").append(issuer.payloadHeader());
        }
        issuer.claims()
                .forEach(it ->
                        text.append(", claim ")
                                .append(it.claim())
                                .append(" to header ")
                                .append(it.header()));
        return text.append(issuer.isRequired() ? ", required" : "").toString();
    }
}
