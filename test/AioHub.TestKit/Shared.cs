namespace AioHub.TestKit;

/// <summary>Data beside the repository (<c>../shared</c>) that some checkouts have: tests that read it skip themselves where it is missing.</summary>
public static class Shared
{
    /// <summary>The absolute path of the folder, whether or not it exists.</summary>
    public static string Folder { get; } = Repository.PathOf("../shared");

    public static bool Available { get; } = Directory.Exists(Path.Combine(Folder, "oracle"));

    /// <summary>One line for <c>Assert.Skip</c> and its like.</summary>
    public static string SkipReason => "Skipped: needs the recorded cases in ../shared/oracle, which this checkout does not have.";

    /// <summary>An absolute path inside the folder, from one written with slashes.</summary>
    public static string PathOf(string relative) => Path.GetFullPath(Path.Combine(Folder, relative));
}
