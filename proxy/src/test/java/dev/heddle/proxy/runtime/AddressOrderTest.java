package dev.heddle.proxy.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// In which order addresses are tried.
class AddressOrderTest {
    @ParameterizedTest
    @CsvSource({
        "::1,                            ::1",
        "::1 ::2 10.0.0.1,               ::1 10.0.0.1 ::2",
        "10.0.0.1 10.0.0.2 ::1 ::2,      10.0.0.1 ::1 10.0.0.2 ::2",
        "10.0.0.1 10.0.0.2,              10.0.0.1 10.0.0.2",
    })
    void familiesTakeTurns(String given, String order) {
        assertThat(AddressOrder.USUAL.of(addresses(given))).isEqualTo(addresses(order));
    }

    @ParameterizedTest
    @CsvSource({
        "V6, 1,       10.0.0.1 ::1 10.0.0.2 ::2,           ::1 10.0.0.1 ::2 10.0.0.2",
        "V4, 2,       ::1 10.0.0.1 10.0.0.2 10.0.0.3 ::2,  10.0.0.1 10.0.0.2 ::1 10.0.0.3 ::2",
        "V6, 3,       10.0.0.1 10.0.0.2,                   10.0.0.1 10.0.0.2",
        "AS_GIVEN, 2, ::1 10.0.0.1 ::2 ::3 10.0.0.2,       ::1 ::2 10.0.0.1 ::3 10.0.0.2",
    })
    void theFamilyThatBeginsGoesSoOftenBeforeTheOther(
            AddressOrder.First first, int count, String given, String order) {
        assertThat(new AddressOrder(first, count).of(addresses(given))).isEqualTo(addresses(order));
    }

    private static List<InetSocketAddress> addresses(String text) {
        return Stream.of(text.split(" "))
                .map(it -> new InetSocketAddress(InetAddress.ofLiteral(it), 80))
                .toList();
    }
}
