//! Parts of a launch that are counted for themselves.

use super::{assemble, role, rows, run, unchecked};
use moe_gfx11_sim::execute::Options;
use moe_gfx11_sim::statistics::{Class, Part, Role};

/// The waves 0 and 1 do one addition, the others three.
const ROLES: &str = "v_readfirstlane_b32 s8, v0
s_lshr_b32 s8, s8, 5
s_cmp_lt_u32 s8, 2
s_cbranch_scc1 few
v_add_nc_u32_e32 v1, v0, v0
v_add_nc_u32_e32 v1, v0, v0
few:
v_add_nc_u32_e32 v1, v0, v0
s_endpgm";

#[test]
fn roles_count_their_waves_or_their_code_alone() {
    let object = assemble("roles", ROLES);
    let all = run(&object, 2, 128, &unchecked()).unwrap();
    let additions: Vec<u64> = rows(&all, "v_add").iter().map(|row| row.executions).collect();
    assert_eq!(additions, [4, 4, 8]);
    let split = rows(&all, "v_add")[0].pc;
    let roles = vec![
        role("few", Part::Waves(0..2)),
        role("many", Part::Waves(2..32)),
        role("code", Part::Code(split..split + 8)),
    ];
    let report = run(&object, 2, 128, &Options { roles, ..unchecked() }).unwrap();
    assert_eq!((&report.total, &report.profile), (&all.total, &all.profile));
    let found: Vec<(&str, u64, u64)> = report
        .roles
        .iter()
        .map(|role| (role.name.as_str(), role.statistics.instructions, role.statistics.class(Class::Vector).executions))
        .collect();
    assert_eq!(found, [("few", 4 * 6, 4 * 2), ("many", 4 * 8, 4 * 4), ("code", 8, 8)]);
}

#[test]
fn roles_that_overlap_or_are_empty_are_refused() {
    let object = assemble("refused_roles", "s_endpgm");
    let refused = |roles: Vec<Role>| {
        let error = run(&object, 1, 32, &Options { roles, ..unchecked() }).unwrap_err();
        assert_eq!(error.code(), "E_LAUNCH");
        error.to_string()
    };
    let shared = vec![role("a", Part::Waves(0..2)), role("b", Part::Waves(1..3))];
    assert!(refused(shared).contains("the roles 'a' and 'b' share a wave"));
    assert!(refused(vec![role("a", Part::Waves(3..3))]).contains("'a' has waves 3..3"));
    assert!(refused(vec![role("a", Part::Waves(0..33))]).contains("must have some of 0..32"));
    assert!(refused(vec![role("a", Part::Code(8..8))]).contains("'a' has no instructions"));
    let many = (0..65).map(|_| role("a", Part::Code(0..8))).collect();
    assert!(refused(many).contains("at most 64"));
}
