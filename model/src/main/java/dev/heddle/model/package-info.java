/// The nouns of the mesh: what users write, and what is wrong with it.
///
/// A [dev.heddle.model.Resource] is one document of a user's configuration, parsed into a record of
/// its [dev.heddle.model.Kind] and still knowing the file and line of every field. What a user got
/// wrong is a [dev.heddle.model.Diagnostic], never an exception.
@NullMarked
package dev.heddle.model;

import org.jspecify.annotations.NullMarked;
