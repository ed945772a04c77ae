using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AioHub.House.Tests;

/// <summary>A name in one folder of <c>src</c> that means something declared in another.</summary>
internal sealed record Reference(SourceFile From, int Line, SourceFile To, string Name)
{
    internal Finding Found(string why) => new(From.Path, Line, $"{Name} ({To.Project}{(To.Folder.Length > 0 ? "/" + To.Folder : "")}): {why}");

    internal static IEnumerable<Reference> AllIn(SourceTree tree)
    {
        var byPath = tree.Source.ToDictionary(file => file.Path, StringComparer.Ordinal);
        foreach (var file in tree.Source.Where(file => !file.IsGenerated))
        {
            var model = tree.ModelOf(file);
            var seen = new HashSet<(int, string)>();
            foreach (var name in file.Syntax.DescendantNodes().OfType<SimpleNameSyntax>().Where(name => name is not IdentifierNameSyntax { IsVar: true }))
            {
                foreach (var declared in DeclaredIn(model, name, byPath))
                {
                    var line = file.LineOf(name);
                    if ((declared.Project != file.Project || declared.Folder != file.Folder) && seen.Add((line, declared.Path)))
                    {
                        yield return new(file, line, declared, name.Identifier.Text);
                    }
                }
            }
        }
    }

    private static IEnumerable<SourceFile> DeclaredIn(SemanticModel model, SimpleNameSyntax name, Dictionary<string, SourceFile> byPath)
    {
        var found = model.GetSymbolInfo(name);
        var symbol = found.Symbol ?? found.CandidateSymbols.FirstOrDefault();
        // A namespace is nobody's: what is used out of it counts.
        if (symbol is null or INamespaceSymbol or ILocalSymbol or IParameterSymbol or IRangeVariableSymbol)
        {
            return [];
        }

        var paths = symbol.OriginalDefinition.DeclaringSyntaxReferences.Select(one => one.SyntaxTree.FilePath).Distinct(StringComparer.Ordinal);
        return paths.Where(byPath.ContainsKey).Select(path => byPath[path]).Take(1);
    }
}
