using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AioHub.House.Tests.Rules;

/// <summary>How code is written, whatever it does.</summary>
internal static class Habits
{
    internal const int LongestFile = 400;

    private static readonly string[] ForbiddenSuffixes = ["Service", "Manager", "Helper", "Helpers", "Utils", "Util", "Dto"];
    private static readonly string[] DirectLogCalls = ["LogTrace", "LogDebug", "LogInformation", "LogWarning", "LogError", "LogCritical"];
    private static readonly string[] WallClocks = ["Now", "UtcNow", "Today"];

    /// <summary>Classes are sealed, static or abstract: inheritance is offered, never left over.</summary>
    internal static IEnumerable<Finding> Sealed(SourceTree tree) =>
        from file in Written(tree)
        let model = tree.ModelOf(file)
        from type in file.Syntax.DescendantNodes().OfType<TypeDeclarationSyntax>()
        where type is ClassDeclarationSyntax || type is RecordDeclarationSyntax && !type.IsKind(SyntaxKind.RecordStructDeclaration)
        where model.GetDeclaredSymbol(type) is INamedTypeSymbol { IsSealed: false, IsStatic: false, IsAbstract: false }
        select file.Found(type.Identifier, $"{type.Identifier.Text} is neither sealed nor static nor abstract.");

    /// <summary>Log lines come from the project's source-generated log page.</summary>
    internal static IEnumerable<Finding> DirectLogging(SourceTree tree) =>
        from file in Written(tree)
        from call in file.Syntax.DescendantNodes().OfType<InvocationExpressionSyntax>()
        let name = call.Expression switch
        {
            MemberAccessExpressionSyntax access => access.Name,
            MemberBindingExpressionSyntax binding => binding.Name,
            _ => null,
        }
        where name is not null
        where DirectLogCalls.Contains(name.Identifier.Text, StringComparer.Ordinal)
            || (name.Identifier.Text == "Log" && call.ArgumentList.Arguments.FirstOrDefault()?.ToString().StartsWith("LogLevel.", StringComparison.Ordinal) == true)
        select file.Found(name, $"{name.Identifier.Text}: write a [LoggerMessage] method on the log page.");

    internal static IEnumerable<Finding> Suffixes(SourceTree tree) =>
        from file in Written(tree)
        from type in file.Syntax.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
        from suffix in ForbiddenSuffixes
        where type.Identifier.Text.EndsWith(suffix, StringComparison.Ordinal)
        select file.Found(type.Identifier, $"{type.Identifier.Text}: '{suffix}' says nothing; name the thing by what it is.");

    /// <summary>The framework's context stays at the doors: inside, each step takes one value of our own.</summary>
    internal static IEnumerable<Finding> HttpContexts(SourceTree tree) =>
        from file in Written(tree)
        where file.Project is not ("AioHub.Admin" or "AioHub.Host")
        where !(file.Project == "AioHub.Relay" && (file.Room is "Stages" or "Delivery" or "Hub" or "Sockets" || file.Path is "src/AioHub.Relay/Failures/FailureWriter.cs" || file.Path is "src/AioHub.Relay/RelayEndpoints.cs" or "src/AioHub.Relay/RelayPipeline.cs"))
        from name in file.Syntax.DescendantNodes().OfType<IdentifierNameSyntax>()
        where name.Identifier.Text is "HttpContext" or "IHttpContextAccessor"
        select file.Found(name, $"{name.Identifier.Text} does not belong here.");

    internal static IEnumerable<Finding> Clocks(SourceTree tree) =>
        from file in Written(tree)
        from access in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        where WallClocks.Contains(access.Name.Identifier.Text, StringComparer.Ordinal)
        where access.Expression.ToString().Split('.')[^1] is "DateTime" or "DateTimeOffset"
        select file.Found(access, $"{access}: inject TimeProvider.");

    /// <summary>What a type of channel does in its own way stands in its carrier: a call finds that without asking for any vendor.</summary>
    internal static IEnumerable<Finding> Vendors(SourceTree tree) =>
        from file in Written(tree)
        where file is { Project: "AioHub.Relay", Room: "Stages" }
        from access in file.Syntax.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
        where access.Expression.ToString().Split('.')[^1] == "ChannelType"
        select file.Found(access, $"{access}: ask the channel's carrier.");

    internal static IEnumerable<Finding> Lengths(SourceTree tree) =>
        from file in tree.Files
        where !file.IsGenerated
        let lines = file.Tree.GetText().Lines.Count
        where lines > LongestFile
        select new Finding(file.Path, lines, $"{lines} lines; {LongestFile} are enough for one subject.");

    /// <summary>The folder is the namespace, so that the rooms are what the compiler sees.</summary>
    internal static IEnumerable<Finding> Namespaces(SourceTree tree) =>
        from file in Written(tree)
        from space in file.Syntax.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
        let expected = string.Join('.', file.Folders.Prepend(file.Project))
        where space.Name.ToString() != expected
        select file.Found(space.Name, $"namespace {space.Name}, but the folder says {expected}.");

    private static IEnumerable<SourceFile> Written(SourceTree tree) => tree.Source.Where(file => !file.IsGenerated);
}
