using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace AioHub.Core.Primitives;

/// <summary>One thing wrong with a command.</summary>
/// <param name="Field">The member of the draft as settings spell it, such as <c>base_url</c>.</param>
/// <param name="Message">What is wrong and what to do about it, for people.</param>
public sealed record Problem(string Field, string Message)
{
    public override string ToString() => $"{Field}: {Message}";
}

/// <summary>What every <c>*Admin</c> command throws when it refuses: all problems at once; nothing was changed.</summary>
[SuppressMessage("Design", "CA1032", Justification = "An exception without its problems would say nothing.")]
public sealed class AdminException : Exception
{
    public AdminException(IEnumerable<Problem> problems)
        : this([.. problems])
    {
    }

    public AdminException(string field, string message)
        : this([new Problem(field, message)])
    {
    }

    private AdminException(ImmutableArray<Problem> problems)
        : base(string.Join(Environment.NewLine, problems)) => Problems = problems;

    public ImmutableArray<Problem> Problems { get; }
}

/// <summary>Gathers what is wrong with a draft, so that it is told at once.</summary>
internal sealed class ProblemList
{
    private readonly List<Problem> _problems = [];

    public void Add(string field, string message) => _problems.Add(new Problem(field, message));

    public void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            Add(field, message);
        }
    }

    /// <exception cref="AdminException">There is a problem.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new AdminException(_problems);
        }
    }
}
