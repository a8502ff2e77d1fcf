/// Where configuration comes from.
///
/// A source says what it holds as one [dev.heddle.control.source.SourceState] at a time: always the
/// whole, never a change, so that nothing is lost when states overtake each other. What cannot be
/// read is a finding, and what was said before stays in force: a source never takes back a resource
/// because of its own trouble.
@NullMarked
package dev.heddle.control.source;

import org.jspecify.annotations.NullMarked;
