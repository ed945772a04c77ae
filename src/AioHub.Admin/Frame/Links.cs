namespace AioHub.Admin.Frame;

/// <summary>Where links lead. Their secret stands behind <c>#</c>: browsers send that to nobody, so it stands in no log.</summary>
public static class Links
{
    /// <summary>The page that signs somebody in once.</summary>
    public static string SignIn(string token) => $"/link#{token}";

    /// <summary>The page where somebody who is invited signs up.</summary>
    public static string Invitation(string token) => $"/sign-up#{token}";
}
