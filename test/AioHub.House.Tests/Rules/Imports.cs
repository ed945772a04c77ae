using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AioHub.House.Tests.Rules;

/// <summary>Who may name whom: the projects, what they take from outside, and the rooms inside them.</summary>
internal static class Imports
{
    /// <summary>For each project, the projects it may reference directly.</summary>
    private static readonly Dictionary<string, string[]> Projects = new(StringComparer.Ordinal)
    {
        ["AioHub.Wire"] = [],
        ["AioHub.Core"] = ["AioHub.Wire"],
        ["AioHub.Relay"] = ["AioHub.Wire", "AioHub.Core"],
        ["AioHub.Admin"] = ["AioHub.Wire", "AioHub.Core"],
        ["AioHub.Host"] = ["AioHub.Wire", "AioHub.Core", "AioHub.Relay", "AioHub.Admin"],
    };

    /// <summary>Core's staircase: each room and the rooms it may name.</summary>
    private static readonly Dictionary<string, string[]> CoreRooms = new(StringComparer.Ordinal)
    {
        ["Primitives"] = [],
        ["Storage"] = ["Primitives"],
        ["Identity"] = ["Primitives", "Storage"],
        ["Catalog"] = ["Primitives", "Storage"],
        ["Pins"] = ["Primitives", "Storage"],
        ["Transcripts"] = ["Primitives", "Storage"],
        ["Tasks"] = ["Primitives", "Storage"],
        ["Routing"] = ["Primitives", "Storage", "Identity", "Catalog", "Pins"],
        ["Ledger"] = ["Primitives", "Storage", "Identity", "Catalog", "Pins"],
        ["Metering"] = ["Primitives", "Storage", "Identity", "Catalog", "Pins", "Tasks", "Ledger"],
        ["Reports"] = ["Primitives", "Storage", "Identity", "Pins", "Routing", "Ledger", "Metering"],
        ["Alerts"] = ["Primitives", "Storage", "Identity", "Catalog", "Routing", "Ledger", "Metering", "Reports"],
        ["Setup"] = ["Primitives", "Storage", "Identity", "Catalog", "Routing"],
        ["Import"] = ["Primitives", "Storage", "Identity", "Catalog", "Routing", "Ledger"],
    };

    private static readonly string[] Drivers = ["Microsoft.EntityFrameworkCore", "Npgsql", "Microsoft.Data.Sqlite", "SQLitePCL"];
    private static readonly string[] DriverPackages = [.. Drivers, "Dapper", "Microsoft.Data"];
    private static readonly string[] WireOutside = ["Microsoft", "System.Net.Http", "System.Net.Sockets", "System.IO.Pipes", "System.Diagnostics.Process"];
    private static readonly string[] FileTypes = ["File", "Directory", "FileStream", "FileInfo", "DirectoryInfo", "Console", "Socket", "HttpClient", "Environment"];

    /// <summary>Names of another project's types, and project and package references.</summary>
    internal static IEnumerable<Finding> BetweenProjects(SourceTree tree)
    {
        foreach (var one in tree.ReferencesInside.Where(one => one.From.Project != one.To.Project))
        {
            if (!Projects.TryGetValue(one.From.Project, out var allowed) || !allowed.Contains(one.To.Project, StringComparer.Ordinal))
            {
                yield return one.Found($"{one.From.Project} may not name {one.To.Project}.");
            }
            else if (one.To.Project == "AioHub.Wire" && one.From.Project is "AioHub.Core" or "AioHub.Admin" && one.To.Room != "Vocabulary")
            {
                yield return one.Found($"of AioHub.Wire, {one.From.Project} may name Vocabulary only.");
            }
        }

        foreach (var (path, text) in tree.Texts.Where(file => file.Key.StartsWith("src/", StringComparison.Ordinal) && file.Key.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            foreach (var finding in InProjectFile(path, text))
            {
                yield return finding;
            }
        }
    }

    /// <summary>Names from outside: drivers only where rows are kept, ASP.NET only where HTTP is spoken, nothing but the BCL in the wire.</summary>
    internal static IEnumerable<Finding> FromOutside(SourceTree tree)
    {
        foreach (var file in tree.Source.Where(file => !file.IsGenerated))
        {
            foreach (var name in ImportedNames(file))
            {
                if (OutsideFault(file, name.ToString()) is { } why)
                {
                    yield return file.Found(name, why);
                }
            }

            if (file.Project == "AioHub.Wire")
            {
                foreach (var name in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Select(access => access.Expression).OfType<IdentifierNameSyntax>()
                    .Concat(file.Syntax.DescendantNodes().OfType<ObjectCreationExpressionSyntax>().Select(made => made.Type).OfType<IdentifierNameSyntax>()))
                {
                    if (FileTypes.Contains(name.Identifier.Text, StringComparer.Ordinal)
                        && tree.ModelOf(file).GetSymbolInfo(name).Symbol is Microsoft.CodeAnalysis.ITypeSymbol { ContainingAssembly.Name: not "AioHub.All" })
                    {
                        yield return file.Found(name, $"{name}: the wire does no I/O.");
                    }
                }
            }
        }
    }

    /// <summary>Core's rooms go down the staircase; Routing and Metering never meet.</summary>
    internal static IEnumerable<Finding> InsideCore(SourceTree tree)
    {
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in tree.ReferencesInside.Where(one => one.From.Project == "AioHub.Core" && one.To.Project == "AioHub.Core"))
        {
            if (one.From.Room.Length == 0 || one.From.Room == one.To.Room)
            {
                continue;
            }

            if (!CoreRooms.TryGetValue(one.From.Room, out var allowed))
            {
                if (unknown.Add(one.From.Room))
                {
                    yield return one.Found($"{one.From.Room} has no step on Core's staircase: give it one in Imports.cs.");
                }
            }
            else if (!allowed.Contains(one.To.Room, StringComparer.Ordinal))
            {
                yield return one.Found($"{one.From.Room} may name only {string.Join(", ", allowed)}.");
            }
        }
    }

    /// <summary>Rooms of one project that name each other in a circle. Files at a project's top belong to no room.</summary>
    internal static IEnumerable<Finding> Cycles(SourceTree tree)
    {
        foreach (var project in tree.ReferencesInside
            .Where(one => one.From.Project == one.To.Project && one.From.Room.Length > 0 && one.To.Room.Length > 0 && one.From.Room != one.To.Room)
            .GroupBy(one => one.From.Project, StringComparer.Ordinal))
        {
            var edges = project.ToLookup(one => one.From.Room, StringComparer.Ordinal);
            foreach (var one in project.DistinctBy(one => (one.From.Room, one.To.Room)))
            {
                if (Reaches(edges, one.To.Room, one.From.Room))
                {
                    yield return one.Found($"{project.Key}: {one.From.Room} and {one.To.Room} name each other, directly or in a circle.");
                }
            }
        }
    }

    /// <summary>A dialect room (a folder of Dialects with a *Dialect.cs) is named by files outside the rooms only.</summary>
    internal static IEnumerable<Finding> BetweenDialects(SourceTree tree)
    {
        var rooms = tree.Source
            .Where(file => file is { Project: "AioHub.Wire", Room: "Dialects", Folders.Count: > 1 } && file.Name.EndsWith("Dialect.cs", StringComparison.Ordinal))
            .Select(file => file.Folders[1])
            .ToHashSet(StringComparer.Ordinal);
        return tree.ReferencesInside
            .Where(one => one.From is { Project: "AioHub.Wire", Room: "Dialects", Folders.Count: > 1 } && one.To is { Project: "AioHub.Wire", Room: "Dialects", Folders.Count: > 1 }
                && one.From.Folders[1] != one.To.Folders[1] && rooms.Contains(one.To.Folders[1]))
            .Select(one => one.Found("no dialect room is named by another; what two share stands outside both."));
    }

    private static bool Reaches(ILookup<string, Reference> edges, string from, string target)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var room))
        {
            if (room == target)
            {
                return true;
            }

            foreach (var next in edges[room].Select(one => one.To.Room).Where(seen.Add))
            {
                open.Enqueue(next);
            }
        }

        return false;
    }

    private static IEnumerable<Finding> InProjectFile(string path, string text)
    {
        var project = path.Split('/')[1];
        var allowed = Projects.GetValueOrDefault(project) ?? [];
        foreach (var element in XDocument.Parse(text, LoadOptions.SetLineInfo).Descendants())
        {
            var include = element.Attribute("Include")?.Value ?? "";
            var line = ((System.Xml.IXmlLineInfo)element).LineNumber;
            switch (element.Name.LocalName)
            {
                case "ProjectReference" when Path.GetFileNameWithoutExtension(include.Replace('\\', '/')) is var other && !allowed.Contains(other, StringComparer.Ordinal):
                    yield return new(path, line, $"{project} may not reference {other}.");
                    break;
                case "FrameworkReference" when project is "AioHub.Wire" or "AioHub.Core":
                    yield return new(path, line, $"{project} knows nothing of {include}.");
                    break;
                case "PackageReference" when project == "AioHub.Wire":
                    yield return new(path, line, $"The wire is BCL only: no {include}.");
                    break;
                case "PackageReference" when project != "AioHub.Core" && DriverPackages.Any(driver => include.StartsWith(driver, StringComparison.Ordinal)):
                    yield return new(path, line, $"Rows are kept in AioHub.Core: no {include} here.");
                    break;
            }
        }
    }

    /// <summary>Using directives, and qualified names that start with a namespace from outside.</summary>
    private static IEnumerable<Microsoft.CodeAnalysis.SyntaxNode> ImportedNames(SourceFile file)
    {
        foreach (var node in file.Syntax.DescendantNodes())
        {
            switch (node)
            {
                case UsingDirectiveSyntax { NamespaceOrType: { } name }:
                    yield return name;
                    break;
                case QualifiedNameSyntax { Parent: not (QualifiedNameSyntax or UsingDirectiveSyntax or BaseNamespaceDeclarationSyntax) } name:
                    yield return name;
                    break;
                case MemberAccessExpressionSyntax { Parent: not MemberAccessExpressionSyntax } access:
                    yield return access;
                    break;
            }
        }
    }

    private static string? OutsideFault(SourceFile file, string name) => file.Project switch
    {
        "AioHub.Wire" when Under(name, WireOutside) => $"{name}: the wire is BCL only and does no I/O.",
        "AioHub.Core" when Under(name, "Microsoft.AspNetCore") => $"{name}: Core knows nothing of ASP.NET.",
        "AioHub.Core" when Under(name, Drivers) && file.Room != "Storage" && !file.Name.EndsWith("Store.cs", StringComparison.Ordinal) =>
            $"{name}: drivers stand in Storage and *Store.cs only.",
        "AioHub.Relay" or "AioHub.Admin" when Under(name, Drivers) => $"{name}: rows are kept in AioHub.Core.",
        _ => null,
    };

    private static bool Under(string name, params string[] roots) =>
        roots.Any(root => name == root || name.StartsWith(root + ".", StringComparison.Ordinal));
}
