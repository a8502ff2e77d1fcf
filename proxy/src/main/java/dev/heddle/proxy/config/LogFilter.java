package dev.heddle.proxy.config;

import dev.heddle.proxy.http.GrpcStatus;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.http.ResponseFlag;
import dev.heddle.proxy.observe.ExchangeRecord;
import dev.heddle.proxy.observe.StreamInfo;
import dev.heddle.proxy.route.Chance;
import dev.heddle.proxy.tuning.RuntimeValues;
import dev.heddle.telemetry.AccessLogRecord.LogType;
import dev.heddle.telemetry.CelExpression;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/// Which exchanges are meant (`envoy.config.accesslog.v3.AccessLogFilter`).
public sealed interface LogFilter {

    /// An exchange whose response is about to begin, or one that is logged.
    ///
    /// @param nanos how long it has taken
    /// @param values of which bounds and shares may be others
    record Seen(ExchangeRecord record, long nanos, RandomGenerator random, RuntimeValues values) {
        StreamInfo info() {
            return record.info();
        }

        RequestHead request() {
            return record.request();
        }
    }

    /// Whether an exchange is meant.
    boolean takes(Seen seen);

    /// How a number is to stand to another.
    enum Relation {
        EQUAL,
        AT_LEAST,
        AT_MOST;

        private boolean holds(long number, long bound) {
            return switch (this) {
                case EQUAL -> number == bound;
                case AT_LEAST -> number >= bound;
                case AT_MOST -> number <= bound;
            };
        }
    }

    /// A number of which the runtime may say another one.
    ///
    /// @param key of the runtime; empty for none
    record Bound(long usual, String key) {
        private long now(RuntimeValues values) {
            return values.integer(key, usual);
        }
    }

    /// By the status.
    record Status(Relation relation, Bound bound) implements LogFilter {
        @Override
        public boolean takes(Seen seen) {
            return relation.holds(seen.info().responseCode(), bound.now(seen.values));
        }
    }

    /// By how long it took up to now.
    ///
    /// @param bound milliseconds
    record Duration(Relation relation, Bound bound) implements LogFilter {
        @Override
        public boolean takes(Seen seen) {
            return relation.holds(
                    TimeUnit.NANOSECONDS.toMillis(seen.nanos), bound.now(seen.values));
        }
    }

    /// All that are no health checks.
    record NoHealthCheck() implements LogFilter {
        @Override
        public boolean takes(Seen seen) {
            return !seen.info().isHealthCheck();
        }
    }

    /// A share of them.
    ///
    /// @param byId whether the same requests are meant wherever their id is looked at
    record Sampled(Chance share, boolean byId) implements LogFilter {
        private static final int DIGITS = 8;

        @Override
        public boolean takes(Seen seen) {
            // As at Envoy the runtime says how many of the share's own denominator.
            long some = seen.values.integer(share.key(), share.numerator());
            if (some <= 0 || some >= share.denominator()) {
                return some > 0;
            }
            long number = byId ? number(seen.request()) : -1;
            return (number < 0 ? seen.random.nextInt(share.denominator()) : number)
                            % share.denominator()
                    < some;
        }

        /// What the first digits of the request's id say; negative if it has none.
        private static long number(RequestHead request) {
            String id = request.headers().get(HeaderName.X_REQUEST_ID);
            if (id == null || id.length() < DIGITS) {
                return -1;
            }
            try {
                return Integer.toUnsignedLong(Integer.parseUnsignedInt(id, 0, DIGITS, 16));
            } catch (NumberFormatException _) {
                return -1;
            }
        }
    }

    /// Those that all of several take.
    record All(List<LogFilter> of) implements LogFilter {
        public All {
            of = List.copyOf(of);
        }

        @Override
        public boolean takes(Seen seen) {
            for (int i = 0; i < of.size(); i++) {
                if (!of.get(i).takes(seen)) {
                    return false;
                }
            }
            return true;
        }
    }

    /// Those that one of several takes.
    record Some(List<LogFilter> of) implements LogFilter {
        public Some {
            of = List.copyOf(of);
        }

        @Override
        public boolean takes(Seen seen) {
            for (int i = 0; i < of.size(); i++) {
                if (of.get(i).takes(seen)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// By a header of the request.
    record Header(HeaderCondition condition) implements LogFilter {
        @Override
        public boolean takes(Seen seen) {
            return condition.test(seen.request());
        }
    }

    /// By why the response is not the upstream's.
    ///
    /// @param flags of which one must be there; none for any
    record Flagged(Set<ResponseFlag> flags) implements LogFilter {
        public Flagged {
            flags = Set.copyOf(flags);
        }

        @Override
        public boolean takes(Seen seen) {
            return flags.isEmpty()
                    ? seen.info().isFlagged()
                    : flags.stream().anyMatch(seen.info()::hasFlag);
        }
    }

    /// By what the status means to a caller of gRPC.
    ///
    /// @param excludes whether all others are meant
    record Grpc(Set<Integer> statuses, boolean excludes) implements LogFilter {
        public Grpc {
            statuses = Set.copyOf(statuses);
        }

        @Override
        public boolean takes(Seen seen) {
            int said = seen.record.grpcStatus();
            int status = said < 0 ? GrpcStatus.ofHttp(seen.info().responseCode()).number() : said;
            return statuses.contains(status) != excludes;
        }
    }

    /// By what filters found out.
    ///
    /// @param isThere whether they found anything
    /// @param value what they must have found, then
    /// @param otherwise whether those are meant of which they found nothing
    record Found(MetadataMatch isThere, MetadataMatch value, boolean otherwise)
            implements LogFilter {
        @Override
        public boolean takes(Seen seen) {
            return isThere.test(seen.info().metadata())
                    ? value.test(seen.info().metadata())
                    : otherwise;
        }
    }

    /// By what happened that it is logged now.
    ///
    /// @param excludes whether all others are meant
    record Typed(Set<LogType> types, boolean excludes) implements LogFilter {
        public Typed {
            types = Set.copyOf(types);
        }

        @Override
        public boolean takes(Seen seen) {
            return types.contains(seen.record.logType()) != excludes;
        }
    }

    /// By an expression, of which what cannot be computed is not true.
    record Expressed(CelExpression expression) implements LogFilter {
        @Override
        public boolean takes(Seen seen) {
            return expression.isTrue(seen.record);
        }
    }
}
