/// Counts how often each rule of the mesh was chosen, and how requests ended, and tells the control
/// plane.
///
/// Routes and filter chains say by metadata which rule they come from ([Rule]). Each worker counts
/// for itself ([RuleHits]); the configuration's thread collects from the workers and reports
/// ([HitReports]).
@NullMarked
package dev.heddle.proxy.hits;

import org.jspecify.annotations.NullMarked;
