package dev.heddle.compiler.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestTest {
    @Test
    void aUrlSaysHostPortAndPath() {
        Request request = Request.of("GET", "http://reviews:9080/reviews/0?a=1&b", Map.of());

        assertThat(request.authority()).isEqualTo("reviews:9080");
        assertThat(request.host()).isEqualTo("reviews");
        assertThat(request.port()).isEqualTo(9080);
        assertThat(request.pathOnly()).isEqualTo("/reviews/0");
        assertThat(request.queryParameter("a")).hasValue("1");
        assertThat(request.queryParameter("b")).hasValue("");
        assertThat(request.queryParameter("c")).isEmpty();
    }

    @Test
    void aHostHeaderGoesBeforeTheUrlsAuthority() {
        Request request =
                Request.of("GET", "http://localhost:8080/", Map.of("Host", "shop.example.com"));

        assertThat(request.authority()).isEqualTo("shop.example.com");
        assertThat(request.port()).isEqualTo(8080);
    }

    @Test
    void aPathIsTakenAsAClientMaySendIt() {
        Request request = Request.of("GET", "http://h/a\\..//%zz?x=#y", Map.of());

        assertThat(request.path()).isEqualTo("/a\\..//%zz?x=");
        assertThat(Request.of("GET", "http://h?x", Map.of()).path()).isEqualTo("/?x");
    }

    @Test
    void somethingElseThanAUrlIsRefusedWithAnExample() {
        for (String url : new String[] {"reviews/0", "://h/", "http:///x"}) {
            assertThatThrownBy(() -> Request.of("GET", url, Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("url: '" + url + "'");
        }
    }
}
