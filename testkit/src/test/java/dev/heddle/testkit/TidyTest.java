package dev.heddle.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TidyTest {
    @Test
    void theSourcesKeepTheHouseRules() {
        assertThat(TidyRules.breaches()).isEmpty();
    }
}
