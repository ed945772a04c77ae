namespace AioHub.House.Tests.Rules;

/// <summary>Compares what a rule found with the list of exceptions.</summary>
internal static class Verdict
{
    /// <summary>Fails on findings that no exception names, and on exceptions that nothing needs any more.</summary>
    internal static void Judge(string rule, IEnumerable<Finding> findings)
    {
        var problems = Problems(rule, findings, Exceptions.All);
        if (problems.Count > 0)
        {
            Assert.Fail(string.Join('\n', problems.Prepend($"{rule}: {problems.Count} to mend")));
        }
    }

    internal static IReadOnlyList<string> Problems(string rule, IEnumerable<Finding> findings, IReadOnlyList<Excused> exceptions)
    {
        var listed = exceptions.Where(one => one.Rule == rule).ToArray();
        var used = new HashSet<Excused>();
        var problems = new List<string>();
        foreach (var finding in findings)
        {
            var excuses = Array.FindAll(listed, one => one.Path == finding.Path && finding.What.Contains(one.Word, StringComparison.Ordinal));
            used.UnionWith(excuses);
            if (excuses.Length == 0)
            {
                problems.Add(finding.ToString());
            }
        }

        problems.AddRange(listed.Where(one => !used.Contains(one)).Select(one =>
            $"Exceptions.cs: {rule} no longer needs the exception for {one.Path} '{one.Word}': delete it."));
        return problems;
    }
}
