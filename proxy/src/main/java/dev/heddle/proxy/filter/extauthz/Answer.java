package dev.heddle.proxy.filter.extauthz;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a service says. Texts of headers are bytes, each a character.
sealed interface Answer {
    /// Nothing that could be read, within the time that there was.
    Answer NONE = new Failed(0, List.of(), "");

    /// It may pass.
    ///
    /// @param request changes of its headers, in order
    /// @param removed names of headers that it loses afterwards
    /// @param query parameters of its query that are set
    /// @param removedQuery names of parameters that it loses afterwards
    /// @param response changes of the headers of the response
    /// @param metadata what the service found out, as values of JSON
    record Allowed(
            List<HeaderChange> request,
            List<String> removed,
            List<Parameter> query,
            List<String> removedQuery,
            List<HeaderChange> response,
            Map<String, @Nullable Object> metadata)
            implements Answer {
        /// Whether the request is another one afterwards.
        boolean changesRequest() {
            return !request.isEmpty()
                    || !removed.isEmpty()
                    || !query.isEmpty()
                    || !removedQuery.isEmpty();
        }
    }

    /// It may not pass.
    ///
    /// @param status of the refusal
    /// @param headers of the refusal
    record Denied(
            int status,
            List<HeaderChange> headers,
            String body,
            Map<String, @Nullable Object> metadata)
            implements Answer {}

    /// The service cannot tell.
    ///
    /// @param status of the refusal, if it comes to that; 0 for that of the configuration
    record Failed(int status, List<HeaderChange> headers, String body) implements Answer {}

    /// A parameter of a query.
    record Parameter(String name, String value) {}

    /// A change of a header.
    ///
    /// @param name as the service spells it; maybe no name at all
    record HeaderChange(String name, String value, Way way) {}

    /// What becomes of a header of that name that is there already.
    enum Way {
        /// It goes.
        SET,
        /// It stays, and another one is added.
        ADD,
        /// The value is added to its value; nothing happens where there is none.
        APPEND,
        /// It stays as it is.
        ADD_IF_ABSENT,
        /// It goes; nothing happens where there is none.
        SET_IF_PRESENT
    }
}
