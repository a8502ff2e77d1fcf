package dev.heddle.model.check;

import dev.heddle.model.Resource;

/// What is looked at in resources of one kind.
///
/// @param <S> record of the kind's `spec`
interface Check<S> {
    /// Looks at a resource, and adds what is wrong with it.
    void check(Resource<S> resource, Findings findings);
}
