package dev.heddle.proxy.config;

import envoy.config.route.v3.HeaderMatcher;
import envoy.config.route.v3.RouteConfiguration;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;

/// Route configurations from YAML, for tests of packages that see no protobuf.
public final class RouteTexts {

    private RouteTexts() {}

    /// A table, which must be one that this proxy runs.
    public static RouteConfig table(String yaml) {
        return Texts.accepted(
                RouteParser.parse(Texts.read(RouteConfiguration.getDefaultInstance(), yaml)));
    }

    /// A condition on a header.
    public static HeaderMatch header(Map<?, ?> matcher) {
        String yaml = new Dump(DumpSettings.builder().build()).dumpToString(matcher);
        var findings = new Findings();
        HeaderMatch match =
                new MatchParser(findings)
                        .headers("", List.of(Texts.read(HeaderMatcher.getDefaultInstance(), yaml)))
                        .getFirst();
        return Texts.accepted(findings.of(match));
    }
}
