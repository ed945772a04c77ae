namespace AioHub.Core.Primitives;

/// <summary>
/// A member of a draft whose value may be null: <c>default</c> = the draft does not name it and it stays as it is; anything else = it becomes
/// <see cref="Value"/>, null included.
/// </summary>
public readonly record struct Named<T>
{
    public Named(T value)
    {
        Value = value;
        IsNamed = true;
    }

    public bool IsNamed { get; }

    public T Value { get; }

    /// <summary>The named value, else the present one.</summary>
    public T Or(T present) => IsNamed ? Value : present;

    public static implicit operator Named<T>(T value) => new(value);

    public Named<T> ToNamed() => this;
}
