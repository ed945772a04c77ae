namespace AioHub.House.Tests.Rules;

/// <summary>Every rule finds what it forbids, with file and line, and lets pass what it allows.</summary>
public sealed class RulesTests
{
    private static readonly (string, string) Door = ("src/AioHub.Core/Identity/Caller.cs", "namespace AioHub.Core.Identity;\npublic sealed class Caller;");

    [Theory]
    [InlineData("src/AioHub.Wire/Json/X.cs", "namespace AioHub.Wire.Json; public static class X { static AioHub.Core.Identity.Caller? c; }", true)]
    [InlineData("src/AioHub.Admin/X.cs", "using AioHub.Core.Identity; namespace AioHub.Admin; public static class X { static Caller? c; }", false)]
    public void Names_upwards_are_found(string path, string text, bool found) => Imports.BetweenProjects(SourceTree.Of(Door, (path, text))).Any().ShouldBe(found);

    [Fact]
    public void Core_may_take_vocabulary_only()
    {
        var tree = SourceTree.Of(
            ("src/AioHub.Wire/Vocabulary/Usage.cs", "namespace AioHub.Wire.Vocabulary; public struct Usage { public int Input; }"),
            ("src/AioHub.Wire/Json/Peek.cs", "namespace AioHub.Wire.Json; public static class Peek { public static int At(int i) => i; }"),
            ("src/AioHub.Core/Ledger/A.cs", "using AioHub.Wire.Vocabulary;\nusing AioHub.Wire.Json;\nnamespace AioHub.Core.Ledger;\ninternal static class A\n{\n  static int F(Usage u) =>\n Peek.At(u.Input);\n}"));
        Imports.BetweenProjects(tree).ShouldAllBe(one => one.Path == "src/AioHub.Core/Ledger/A.cs" && one.Line == 7);
        Imports.BetweenProjects(tree).ShouldNotBeEmpty();
    }

    [Fact]
    public void Project_files_are_read()
    {
        var text = """<Project><ItemGroup><ProjectReference Include="../AioHub.Relay/AioHub.Relay.csproj" /><PackageReference Include="Npgsql" /></ItemGroup></Project>""";
        Imports.BetweenProjects(SourceTree.Of(("src/AioHub.Admin/AioHub.Admin.csproj", text))).Count().ShouldBe(2);
        Imports.BetweenProjects(SourceTree.Of(("src/AioHub.Wire/AioHub.Wire.csproj", """<Project><PackageReference Include="X" /></Project>"""))).Count().ShouldBe(1);
        Imports.BetweenProjects(SourceTree.Of(("src/AioHub.Core/AioHub.Core.csproj", """<Project><PackageReference Include="Npgsql" /></Project>"""))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("src/AioHub.Core/Ledger/Hold.cs", "using Microsoft.EntityFrameworkCore; namespace AioHub.Core.Ledger;", true)]
    [InlineData("src/AioHub.Core/Ledger/LedgerStore.cs", "using Microsoft.EntityFrameworkCore; namespace AioHub.Core.Ledger;", false)]
    [InlineData("src/AioHub.Core/Storage/HubDb.cs", "using Npgsql; namespace AioHub.Core.Storage;", false)]
    [InlineData("src/AioHub.Core/Ledger/Hold.cs", "namespace AioHub.Core.Ledger; class A { Microsoft.AspNetCore.Http.HttpContext? c; }", true)]
    [InlineData("src/AioHub.Relay/Stages/Admit.cs", "using Microsoft.AspNetCore.Http; namespace AioHub.Relay.Stages;", false)]
    [InlineData("src/AioHub.Relay/Stages/Admit.cs", "using Npgsql; namespace AioHub.Relay.Stages;", true)]
    [InlineData("src/AioHub.Wire/Json/X.cs", "using Microsoft.Extensions.Logging; namespace AioHub.Wire.Json;", true)]
    [InlineData("src/AioHub.Wire/Json/X.cs", "namespace AioHub.Wire.Json; static class X { static bool F() => File.Exists(\"x\"); }", true)]
    [InlineData("src/AioHub.Wire/Json/X.cs", "namespace AioHub.Wire.Json; static class File { public static int F() => File.F(); }", false)]
    public void Names_from_outside_are_found(string path, string text, bool found) => Imports.FromOutside(SourceTree.Of((path, text))).Any().ShouldBe(found);

    [Theory]
    [InlineData("Routing", "Metering", true)]
    [InlineData("Metering", "Routing", true)]
    [InlineData("Metering", "Ledger", false)]
    [InlineData("Ledger", "Metering", true)]
    [InlineData("Storage", "Identity", true)]
    [InlineData("Attic", "Identity", true)]
    public void The_staircase_is_one_way(string from, string to, bool found)
    {
        var tree = SourceTree.Of(
            ($"src/AioHub.Core/{to}/B.cs", $"namespace AioHub.Core.{to}; internal static class B {{ internal static int F() => 1; }}"),
            // Named without a using directive: the parent namespace is enough for the compiler.
            ($"src/AioHub.Core/{from}/A.cs", $"namespace AioHub.Core.{from}; internal static class A {{ static int G() => {to}.B.F(); }}"));
        Imports.InsideCore(tree).Any().ShouldBe(found);
    }

    [Fact]
    public void Circles_are_found_however_long()
    {
        static (string, string) Room(string name, string next) =>
            ($"src/AioHub.Relay/{name}/T{name}.cs", $"namespace AioHub.Relay.{name};\ninternal static class T{name} {{ internal static int F() => AioHub.Relay.{next}.T{next}.F(); }}");

        Imports.Cycles(SourceTree.Of(Room("A", "B"), Room("B", "C"), Room("C", "A"))).Count().ShouldBe(3);
        Imports.Cycles(SourceTree.Of(Room("A", "B"), Room("B", "C"), Room("C", "C"))).ShouldBeEmpty();
    }

    [Fact]
    public void Dialect_rooms_are_strangers()
    {
        var one = ("src/AioHub.Wire/Dialects/One/OneDialect.cs", "namespace AioHub.Wire.Dialects.One; public sealed class OneDialect { public static int Names; }");
        var shared = ("src/AioHub.Wire/Dialects/Shared/Tool.cs", "namespace AioHub.Wire.Dialects.Shared; internal static class Tool { internal static int F() => 1; }");
        var two = ("src/AioHub.Wire/Dialects/Two/TwoDialect.cs", "namespace AioHub.Wire.Dialects.Two; public sealed class TwoDialect { int a = Shared.Tool.F(); int b = One.OneDialect.Names; }");
        var map = ("src/AioHub.Wire/Dialects/Map.cs", "namespace AioHub.Wire.Dialects; public static class Map { static object o = new One.OneDialect(); }");
        Imports.BetweenDialects(SourceTree.Of(one, shared, two, map)).ShouldAllBe(finding => finding.Path.Contains("/Two/"));
        Imports.BetweenDialects(SourceTree.Of(one, shared, two, map)).ShouldNotBeEmpty();
        Imports.BetweenDialects(SourceTree.Of(one, shared, map)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("public class A;", true)]
    [InlineData("public record A(int B);", true)]
    [InlineData("public sealed class A { class Inner; }", true)]
    [InlineData("public sealed partial class A; public partial class A;", false)]
    [InlineData("public record struct A(int B); public interface I; public static class S; public abstract class T;", false)]
    public void Open_classes_are_found(string text, bool found) => Habits.Sealed(Core(text)).Any().ShouldBe(found);

    [Theory]
    [InlineData("static class A { static void F(dynamic logger) { logger.LogWarning(\"x\"); } }", true)]
    [InlineData("static class A { static void F(dynamic logger) { logger?.LogError(\"x\"); } }", true)]
    [InlineData("static class A { static void F(dynamic logger) { logger.Log(LogLevel.Warning, \"x\"); } }", true)]
    [InlineData("static class A { static void F(double x) { System.Math.Log(x); } /* logger.LogWarning */ }", false)]
    public void Direct_logging_is_found(string text, bool found) => Habits.DirectLogging(Core(text)).Any().ShouldBe(found);

    [Theory]
    [InlineData("sealed class KeyService;", true)]
    [InlineData("record struct KeyDto;", true)]
    [InlineData("sealed class Services;", false)]
    public void Empty_suffixes_are_found(string text, bool found) => Habits.Suffixes(Core(text)).Any().ShouldBe(found);

    [Theory]
    [InlineData("src/AioHub.Relay/Stages/X.cs", false)]
    [InlineData("src/AioHub.Relay/RelayPipeline.cs", false)]
    [InlineData("src/AioHub.Relay/Carriers/X.cs", true)]
    [InlineData("src/AioHub.Core/Routing/X.cs", true)]
    [InlineData("src/AioHub.Relay/Sockets/ResponsesSocket.cs", false)]
    [InlineData("src/AioHub.Admin/Keys/X.cs", false)]
    public void Http_contexts_are_found(string path, bool found) => Habits.HttpContexts(SourceTree.Of((path, "class A { HttpContext c; }"))).Any().ShouldBe(found);

    [Theory]
    [InlineData("static class A { static object F() => System.DateTimeOffset.UtcNow; }", true)]
    [InlineData("static class A { static object F() => DateTime.Now; }", true)]
    [InlineData("static class A { static object F(TimeProvider time) => time.GetUtcNow(); /* DateTime.Now */ }", false)]
    public void Wall_clocks_are_found(string text, bool found) => Habits.Clocks(Core(text)).Any().ShouldBe(found);

    [Theory]
    [InlineData("src/AioHub.Relay/Stages/A.cs", true)]
    [InlineData("src/AioHub.Relay/Carriers/A.cs", false)]
    public void Vendors_in_stages_are_found(string path, bool found) => Habits.Vendors(SourceTree.Of((path, "class A { bool B(Channel c) => c.Type == ChannelType.Kiro; }"))).Any().ShouldBe(found);

    [Fact]
    public void Long_files_are_found()
    {
        Habits.Lengths(Core(new string('\n', Habits.LongestFile))).Count().ShouldBe(1);
        Habits.Lengths(Core(new string('\n', Habits.LongestFile - 1))).ShouldBeEmpty();
        Habits.Lengths(SourceTree.Of(("src/AioHub.Core/Storage/Migrations/M.cs", new string('\n', 9999)))).ShouldBeEmpty();
    }

    [Fact]
    public void Namespaces_follow_folders()
    {
        Habits.Namespaces(SourceTree.Of(("src/AioHub.Core/Identity/A.cs", "\nnamespace AioHub.Core.Ledger;"))).Single().Line.ShouldBe(2);
        Habits.Namespaces(SourceTree.Of(("src/AioHub.Core/Identity/A.cs", "namespace AioHub.Core.Identity;"))).ShouldBeEmpty();
    }

    [Fact]
    public void Names_on_pages_are_looked_up()
    {
        var page = ("docs/house.md", "x `Caller` `Nobody`\n```\n`Fenced`\n```\n`src/AioHub.Core/` `src/Nowhere/` `*ler` `*Nothing` `Caller<T>` `[LoggerMessage]` `internal` `Identity` `HTTP` `Caller.cs` `Other.cs`");
        Pages.Names(SourceTree.Of(Door, page)).Select(one => one.ToString()).ShouldBe(
        [
            "docs/house.md:1: `Nobody` is not in the tree.",
            "docs/house.md:5: `src/Nowhere/` is not in the tree.",
            "docs/house.md:5: `*Nothing` is not in the tree.",
            "docs/house.md:5: `Other.cs` is not in the tree.",
        ]);
    }

    [Fact]
    public void Stray_tests_are_found()
    {
        Pages.TestFolders(SourceTree.Of(Door, ("test/AioHub.Core.Tests/Attic/XTests.cs", ""))).Count().ShouldBe(1);
        Pages.TestFolders(SourceTree.Of(Door, ("test/AioHub.Core.Tests/Identity/CallerTests.cs", ""))).ShouldBeEmpty();
        Pages.TestsOfNoFile(SourceTree.Of(Door, ("test/AioHub.Core.Tests/Identity/XTests.cs", ""))).Count().ShouldBe(1);
    }

    [Fact]
    public void An_exception_excuses_until_it_is_not_needed()
    {
        Excused[] excused = [new("R", "a.cs", "Foo", "a good reason")];
        Verdict.Problems("R", [new("a.cs", 3, "Foo is odd")], excused).ShouldBeEmpty();
        Verdict.Problems("R", [new("a.cs", 3, "Foo is odd"), new("a.cs", 4, "Bar is odd")], excused).ShouldBe(["a.cs:4: Bar is odd"]);
        Verdict.Problems("R", [], excused).ShouldHaveSingleItem().ShouldContain("delete it");
        Verdict.Problems("Other", [], excused).ShouldBeEmpty();
    }

    private static SourceTree Core(string text) => SourceTree.Of(("src/AioHub.Core/Identity/X.cs", text));
}
