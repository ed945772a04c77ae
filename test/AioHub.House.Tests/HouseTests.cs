using AioHub.House.Tests.Rules;

namespace AioHub.House.Tests;

/// <summary>The conventions of <c>docs/house.md</c>, as tests. What breaks one on purpose stands in <see cref="Exceptions"/> with its reason.</summary>
public sealed class HouseTests(ITestOutputHelper output)
{
    private static SourceTree Tree => SourceTree.Repository;

    [Fact]
    public void Projects_name_only_projects_below_them() => Verdict.Judge(nameof(Projects_name_only_projects_below_them), Imports.BetweenProjects(Tree));

    [Fact]
    public void Drivers_and_frameworks_stay_in_their_rooms() => Verdict.Judge(nameof(Drivers_and_frameworks_stay_in_their_rooms), Imports.FromOutside(Tree));

    [Fact]
    public void Core_goes_down_the_staircase() => Verdict.Judge(nameof(Core_goes_down_the_staircase), Imports.InsideCore(Tree));

    [Fact]
    public void No_rooms_stand_in_a_circle() => Verdict.Judge(nameof(No_rooms_stand_in_a_circle), Imports.Cycles(Tree));

    [Fact]
    public void No_dialect_room_names_another() => Verdict.Judge(nameof(No_dialect_room_names_another), Imports.BetweenDialects(Tree));

    [Fact]
    public void Folders_are_namespaces() => Verdict.Judge(nameof(Folders_are_namespaces), Habits.Namespaces(Tree));

    [Fact]
    public void Classes_are_sealed_static_or_abstract() => Verdict.Judge(nameof(Classes_are_sealed_static_or_abstract), Habits.Sealed(Tree));

    [Fact]
    public void Log_lines_stand_on_the_log_page() => Verdict.Judge(nameof(Log_lines_stand_on_the_log_page), Habits.DirectLogging(Tree));

    [Fact]
    public void Names_carry_no_empty_suffix() => Verdict.Judge(nameof(Names_carry_no_empty_suffix), Habits.Suffixes(Tree));

    [Fact]
    public void HttpContext_stays_at_the_doors() => Verdict.Judge(nameof(HttpContext_stays_at_the_doors), Habits.HttpContexts(Tree));

    [Fact]
    public void Nobody_reads_the_wall_clock() => Verdict.Judge(nameof(Nobody_reads_the_wall_clock), Habits.Clocks(Tree));

    [Fact]
    public void Stages_name_no_vendor() => Verdict.Judge(nameof(Stages_name_no_vendor), Habits.Vendors(Tree));

    [Fact]
    public void Files_are_short() => Verdict.Judge(nameof(Files_are_short), Habits.Lengths(Tree));

    [Fact]
    public void Pages_name_what_exists() => Verdict.Judge(nameof(Pages_name_what_exists), Pages.Names(Tree));

    [Fact]
    public void Tests_stand_where_the_source_stands()
    {
        foreach (var stray in Pages.TestsOfNoFile(Tree))
        {
            output.WriteLine(stray);
        }

        Verdict.Judge(nameof(Tests_stand_where_the_source_stands), Pages.TestFolders(Tree));
    }

    [Fact]
    public void Exceptions_name_a_rule_and_a_reason()
    {
        var rules = typeof(HouseTests).GetMethods().Select(method => method.Name).ToHashSet(StringComparer.Ordinal);
        Exceptions.All.ShouldAllBe(one => rules.Contains(one.Rule) && one.Reason.Length > 10 && one.Path.Length > 0);
        Exceptions.All.ShouldBeUnique();
    }

    [Fact]
    public void There_is_something_to_judge() => Tree.Source.Count().ShouldBeGreaterThan(5);
}
