package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.ExtensionReference;
import dev.heddle.model.gatewayapi.HeaderModifier;
import dev.heddle.model.gatewayapi.RequestMirror;
import dev.heddle.model.gatewayapi.RouteFilter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Looks at what filters of HTTPRoutes and of GRPCRoutes can both do.
final class RouteFilterCheck {
    private static final int MOST = 16;

    private RouteFilterCheck() {}

    /// @param once types of which there may be one
    /// @param path of the list
    static <F extends RouteFilter, T extends Enum<T>> void checkTypes(
            List<F> filters, Function<F, T> type, Set<T> once, FieldPath path, Findings findings) {
        GatewayTexts.most(filters, MOST, path, findings);
        Set<T> seen = new HashSet<>();
        Set<T> again = new HashSet<>();
        for (int i = 0; i < filters.size(); i++) {
            T each = type.apply(filters.get(i));
            if (!seen.add(each) && once.contains(each) && again.add(each)) {
                findings.error(path.index(i), "a second " + each + " (expected: one)");
            }
        }
    }

    /// @param type the filter's
    static void check(RouteFilter filter, Enum<?> type, FieldPath path, Findings findings) {
        var union = new Union(type.name(), path, findings);
        union.only("RequestHeaderModifier", filter.requestHeaderModifier());
        union.only("ResponseHeaderModifier", filter.responseHeaderModifier());
        union.only("RequestMirror", filter.requestMirror());
        union.only("ExtensionRef", filter.extensionRef());
        filter.requestHeaderModifier()
                .ifPresent(m -> checkHeaders(m, path.field("requestHeaderModifier"), findings));
        filter.responseHeaderModifier()
                .ifPresent(m -> checkHeaders(m, path.field("responseHeaderModifier"), findings));
        filter.requestMirror()
                .ifPresent(m -> checkMirror(m, path.field("requestMirror"), findings));
        filter.extensionRef()
                .ifPresent(e -> checkExtension(e, path.field("extensionRef"), findings));
    }

    private static void checkHeaders(HeaderModifier modifier, FieldPath path, Findings findings) {
        checkHeaders(modifier.set(), path.field("set"), findings);
        checkHeaders(modifier.add(), path.field("add"), findings);
        GatewayTexts.most(modifier.remove(), MOST, path.field("remove"), findings);
        GatewayTexts.unique(modifier.remove(), h -> h, path.field("remove"), findings);
    }

    private static void checkHeaders(
            List<HeaderModifier.Header> headers, FieldPath path, Findings findings) {
        GatewayTexts.most(headers, MOST, path, findings);
        GatewayTexts.unique(headers, HeaderModifier.Header::name, path, findings);
        for (int i = 0; i < headers.size(); i++) {
            GatewayTexts.token(headers.get(i).name(), path.index(i).field("name"), findings);
            GatewayTexts.headerValue(
                    headers.get(i).value(), path.index(i).field("value"), findings);
        }
    }

    private static void checkMirror(RequestMirror mirror, FieldPath path, Findings findings) {
        mirror.backendRef()
                .ifPresent(
                        b -> RouteFrameCheck.checkBackend(b, path.field("backendRef"), findings));
        if (mirror.percent().isPresent() && mirror.fraction().isPresent()) {
            findings.exclusive(path, "percent", "fraction");
        }
        mirror.percent()
                .ifPresent(p -> {
                    if (p < 0 || p > 100) {
                        findings.invalid(path.field("percent"), p, "0 to 100");
                    }
                });
        mirror.fraction()
                .ifPresent(f -> {
                    FieldPath at = path.field("fraction");
                    int denominator = f.denominator().orElse(100);
                    if (denominator < 1) {
                        findings.invalid(at.field("denominator"), denominator, ">= 1");
                    }
                    if (f.numerator() < 0 || f.numerator() > denominator) {
                        findings.invalid(
                                at.field("numerator"), f.numerator(), "0 to the denominator");
                    }
                });
    }

    private static void checkExtension(ExtensionReference ref, FieldPath path, Findings findings) {
        GatewayTexts.reference(ref.group().orElse(""), ref.kind(), ref.name(), path, findings);
    }
}
