package dev.heddle.proxy.filter.oauth2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.Headers;
import org.junit.jupiter.api.Test;

class CookieJarTest {
    private static final HeaderName COOKIE = HeaderName.of("cookie");

    private final Headers headers = new Headers();

    @Test
    void theFirstOfANameCounts() {
        headers.add(COOKIE, "a=1; b=\"2\";a=3;;  c ; d=e=f");
        headers.add(COOKIE, "b=4; g=5");
        var jar = new CookieJar(headers);
        assertThat(jar.get("a")).isEqualTo("1");
        assertThat(jar.get("b")).isEqualTo("2");
        assertThat(jar.get("c")).isEmpty();
        assertThat(jar.get("d")).isEqualTo("e=f");
        assertThat(jar.get("g")).isEqualTo("5");
        assertThat(jar.get("nobody")).isEmpty();
    }

    @Test
    void whatIsNotChangedGoesOnAsItCame() {
        headers.add(COOKIE, "a=1;b=2");
        headers.add(COOKIE, "c=3");
        var jar = new CookieJar(headers);
        jar.remove("d"::equals);
        jar.writeTo(headers);
        assertThat(headers.getAll(COOKIE)).containsExactly("a=1;b=2", "c=3");
    }

    @Test
    void whatIsPutIsInThePlaceOfAllOfThatName() {
        headers.add(COOKIE, "a=1; b=2; a=3; c=4");
        var jar = new CookieJar(headers);
        jar.put("a", "5");
        jar.put("d", "6");
        jar.remove("c"::equals);
        jar.writeTo(headers);
        assertThat(headers.getAll(COOKIE)).containsExactly("a=5; b=2; d=6");
        jar.remove(_ -> true);
        jar.writeTo(headers);
        assertThat(headers.getAll(COOKIE)).isEmpty();
    }
}
