using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AioHub.House.Tests;

/// <summary>One C# file and where it stands in the house.</summary>
internal sealed class SourceFile
{
    private readonly Lazy<SyntaxTree> _tree;

    internal SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        var parts = path.Split('/');
        Area = parts[0];
        Project = parts.Length > 2 ? parts[1] : "";
        Folders = parts.Length > 3 ? parts[2..^1] : [];
        _tree = new(() => CSharpSyntaxTree.ParseText(Text, new CSharpParseOptions(LanguageVersion.Preview), Path));
    }

    /// <summary>Relative to the repository's top folder, with slashes.</summary>
    internal string Path { get; }
    internal string Text { get; }
    /// <summary><c>src</c> or <c>test</c>.</summary>
    internal string Area { get; }
    /// <summary>Such as <c>AioHub.Core</c>.</summary>
    internal string Project { get; }
    internal IReadOnlyList<string> Folders { get; }
    /// <summary>The first folder inside the project; empty for files at its top, which belong to no room.</summary>
    internal string Room => Folders.Count > 0 ? Folders[0] : "";
    /// <summary>The folder inside the project with slashes; empty at its top.</summary>
    internal string Folder => string.Join('/', Folders);
    internal string Name => System.IO.Path.GetFileName(Path);
    /// <summary>Written by a tool: migrations and their model snapshot.</summary>
    internal bool IsGenerated => Folders.Contains("Migrations", StringComparer.Ordinal);
    internal SyntaxTree Tree => _tree.Value;
    internal CompilationUnitSyntax Syntax => Tree.GetCompilationUnitRoot();

    internal int LineOf(SyntaxNodeOrToken node) => Tree.GetLineSpan(node.Span).StartLinePosition.Line + 1;

    internal Finding Found(SyntaxNodeOrToken node, string what) => new(Path, LineOf(node), what);
}

/// <summary>One breach of a rule.</summary>
internal sealed record Finding(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}:{Line}: {What}";
}
