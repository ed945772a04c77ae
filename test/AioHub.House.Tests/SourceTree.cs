using AioHub.TestKit;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AioHub.House.Tests;

/// <summary>
/// All C# files of <c>src</c> and <c>test</c>, and one compilation of <c>src</c> for the rules that ask what a name means. Packages are not
/// referenced: names from them stay unresolved, which no rule minds.
/// </summary>
internal sealed class SourceTree
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private static readonly Lazy<SourceTree> LazyRepository = new(ReadRepository);
    private static readonly Lazy<MetadataReference[]> References = new(ReadReferences);

    private readonly Lazy<CSharpCompilation> _compilation;
    private readonly Lazy<IReadOnlyList<Reference>> _referencesInside;

    private SourceTree(IReadOnlyList<SourceFile> files, Func<string, bool> exists, IReadOnlyDictionary<string, string> texts)
    {
        Files = files;
        Exists = exists;
        Texts = texts;
        _compilation = new(Compile);
        _referencesInside = new(() => [.. Reference.AllIn(this)]);
    }

    internal static SourceTree Repository => LazyRepository.Value;

    internal IReadOnlyList<SourceFile> Files { get; }
    internal IEnumerable<SourceFile> Source => Files.Where(file => file.Area == "src");
    internal IEnumerable<SourceFile> Tests => Files.Where(file => file.Area == "test");
    /// <summary>Whether a file or folder is there, by its path relative to the top.</summary>
    internal Func<string, bool> Exists { get; }
    /// <summary>Project files and documents, by path.</summary>
    internal IReadOnlyDictionary<string, string> Texts { get; }
    internal CSharpCompilation Compilation => _compilation.Value;
    /// <summary>Every name in <c>src</c> that means something declared in another folder of <c>src</c>.</summary>
    internal IReadOnlyList<Reference> ReferencesInside => _referencesInside.Value;

    internal SemanticModel ModelOf(SourceFile file) => Compilation.GetSemanticModel(file.Tree);

    /// <summary>A tree from memory, to show that a rule can fail.</summary>
    internal static SourceTree Of(params (string Path, string Text)[] files)
    {
        var all = files.ToDictionary(file => file.Path, file => file.Text, StringComparer.Ordinal);
        return new(
            [.. files.Where(file => file.Path.EndsWith(".cs", StringComparison.Ordinal)).Select(file => new SourceFile(file.Path, file.Text))],
            path => all.Keys.Any(one => one == path || one.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal)),
            all.Where(file => !file.Key.EndsWith(".cs", StringComparison.Ordinal)).ToDictionary(StringComparer.Ordinal));
    }

    private static SourceTree ReadRepository()
    {
        var root = AioHub.TestKit.Repository.Root;
        var paths = new[] { "src", "test", "bench", "docs" }
            .Select(top => Path.Combine(root, top))
            .Where(Directory.Exists)
            .SelectMany(top => Directory.EnumerateFiles(top, "*", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or "TestResults"))
            .Order(StringComparer.Ordinal)
            .ToArray();
        return new(
            [.. from path in paths where path.EndsWith(".cs", StringComparison.Ordinal) && !path.StartsWith("docs/", StringComparison.Ordinal) select new SourceFile(path, Read(path))],
            path => Path.Exists(Path.Combine(root, path)),
            paths.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) || path.EndsWith(".md", StringComparison.Ordinal))
                .ToDictionary(path => path, Read, StringComparer.Ordinal));

        string Read(string path) => File.ReadAllText(Path.Combine(root, path));
    }

    private CSharpCompilation Compile() =>
        CSharpCompilation.Create(
            "AioHub.All",
            [
                .. Source.Select(file => file.Tree),
                CSharpSyntaxTree.ParseText(ImplicitUsings, new CSharpParseOptions(LanguageVersion.Preview)),
            ],
            References.Value,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication));

    /// <summary>What this very process may load: the BCL and ASP.NET.</summary>
    private static MetadataReference[] ReadReferences() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
                || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                || name is "netstandard.dll" or "mscorlib.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];
}
