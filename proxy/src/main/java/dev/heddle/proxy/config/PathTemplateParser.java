package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.TypedExtensionConfig;
import envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig;
import envoy.extensions.path.rewrite.uri_template.v3.UriTemplateRewriteConfig;
import java.util.Set;

/// Reads matches and rewrites of paths with gaps.
final class PathTemplateParser {
    private static final RouteConfig.Path NOTHING = new RouteConfig.Path.Prefix("/");

    private final Findings findings;

    PathTemplateParser(Findings findings) {
        this.findings = findings;
    }

    RouteConfig.Path match(String path, TypedExtensionConfig extension) {
        UriTemplateMatchConfig config =
                config(path, extension, UriTemplateMatchConfig.getDefaultInstance());
        if (findings.rejected()) {
            return NOTHING;
        }
        String at = join(path, "typed_config.path_template");
        try {
            return new RouteConfig.Path.Template(PathTemplate.of(config.getPathTemplate()));
        } catch (IllegalArgumentException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return NOTHING;
        }
    }

    RouteConfig.PathRewrite rewrite(
            String path, TypedExtensionConfig extension, RouteConfig.Match match) {
        UriTemplateRewriteConfig config =
                config(path, extension, UriTemplateRewriteConfig.getDefaultInstance());
        if (!(match.path() instanceof RouteConfig.Path.Template(PathTemplate template))) {
            findings.reject(path, "is for routes with a uri_template in their match");
            return RouteConfig.PathRewrite.AS_IT_CAME;
        }
        try {
            return new RouteConfig.PathRewrite.Regex(
                    template.pattern(), template.substitution(config.getPathTemplateRewrite()));
        } catch (IllegalArgumentException e) {
            findings.reject(
                    join(path, "typed_config.path_template_rewrite"),
                    String.valueOf(e.getMessage()));
            return RouteConfig.PathRewrite.AS_IT_CAME;
        }
    }

    private <M extends Message> M config(String path, TypedExtensionConfig extension, M prototype) {
        findings.fields(path, extension, Set.of("name", "typed_config"));
        Any config = extension.getTypedConfig();
        String type = "type.googleapis.com/" + prototype.typeName();
        if (!config.getTypeUrl().equals(type)) {
            findings.reject(
                    join(path, "typed_config"),
                    "'" + config.getTypeUrl() + "' (expected: '" + type + "')");
            return prototype;
        }
        try {
            return config.unpack(prototype);
        } catch (WireException e) {
            findings.reject(join(path, "typed_config"), String.valueOf(e.getMessage()));
            return prototype;
        }
    }
}
