namespace AioHub.Admin.Frame;

/// <summary>On a request's record: its JSON may be longer than others' one MiB.</summary>
/// <param name="mostBytes">How long, in bytes.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LargeBodyAttribute(int mostBytes) : Attribute
{
    public int MostBytes => mostBytes;
}
