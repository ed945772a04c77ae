using System.Text.Json;

namespace AioHub.Core.Routing;

/// <summary>Whether calls of a group may go to channels that do not speak the caller's dialect.</summary>
public enum TranslationPolicy
{
    /// <summary>To those that speak it first, to others when none is left.</summary>
    PreferNative,
    /// <summary>To those that speak it alone.</summary>
    NativeOnly,
    /// <summary>To all alike.</summary>
    Any,
}

/// <summary>The policies by the names that files, commands and the database use.</summary>
public static class TranslationPolicyNames
{
    public static IEnumerable<string> All => Enum.GetValues<TranslationPolicy>().Order().Select(Of);

    public static string Of(TranslationPolicy policy) => JsonNamingPolicy.KebabCaseLower.ConvertName(policy.ToString());

    public static bool TryParse(string text, out TranslationPolicy policy)
    {
        policy = Enum.GetValues<TranslationPolicy>().FirstOrDefault(one => string.Equals(Of(one), text, StringComparison.Ordinal));
        return string.Equals(Of(policy), text, StringComparison.Ordinal);
    }

    /// <summary>Why a group does not reach a channel of another dialect; empty where no policy is the reason.</summary>
    internal static string Told(Group group) => group.Translation switch
    {
        TranslationPolicy.NativeOnly => group.Mode == GroupMode.Passthrough ? $"; group '{group.Name}' passes bytes through" : $"; group '{group.Name}' is {Of(TranslationPolicy.NativeOnly)}",
        _ => "",
    };
}
