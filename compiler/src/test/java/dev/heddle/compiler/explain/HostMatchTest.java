package dev.heddle.compiler.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.RouteConfiguration;
import dev.heddle.compiler.ir.VirtualHost;
import dev.heddle.model.Origin;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostMatchTest {
    @ParameterizedTest
    @CsvSource({
        "shop.example.com,shop.example.com",
        "SHOP.example.com,shop.example.com",
        "www.example.com,*.example.com",
        "a.shop.example.com,*.shop.example.com",
        "shop.example.org,shop.*",
        "example.com,*",
        "shop.example.com:80,shop.*"
    })
    void theMostSpecificDomainWins(String host, String domain) {
        assertThat(HostMatch.find(table(false), host))
                .hasValueSatisfying(v -> assertThat(v.domains()).containsExactly(domain));
    }

    @Test
    void aPortIsIgnoredWhereTheTableSaysSo() {
        assertThat(HostMatch.find(table(true), "shop.example.com:8080"))
                .hasValueSatisfying(
                        v -> assertThat(v.domains()).containsExactly("shop.example.com"));
    }

    private static RouteConfiguration table(boolean ignorePort) {
        return new RouteConfiguration(
                "table",
                ignorePort,
                List.of(
                        host("*"),
                        host("shop.*"),
                        host("*.example.com"),
                        host("*.shop.example.com"),
                        host("shop.example.com")),
                Origin.BUILT_IN);
    }

    private static VirtualHost host(String domain) {
        return new VirtualHost(domain, List.of(domain), List.of(), Origin.BUILT_IN);
    }
}
