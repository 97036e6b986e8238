//! Words of common classes, in addition to those of a value and its description.

/// A class of values and the words that score for it.
pub(crate) struct Family {
    /// A value belongs to the family when it contains one of these words.
    pub(crate) names: &'static str,
    /// Words in a text that score for the family.
    pub(crate) cues: &'static str,
    /// Score of one cue; lower for a family whose cues are common words.
    pub(crate) weight: f32,
    /// Instructions ("Use a tripod") score for the family.
    pub(crate) instructions: bool,
}

/// All families. A value belongs to the first that matches.
pub(crate) const FAMILIES: &[Family] = &[
    Family {
        names: "practice practical exercise hands apply task skill",
        cues: "adjust aim attach avoid begin build buy carry check choose collect compare configure count create do \
            draw find follow go hold install keep learn look measure note observe pick plan practise practice \
            prepare put read record repeat run sketch start step sweep task tool try turn use wait watch wear \
            write your",
        weight: 0.4,
        instructions: true,
    },
    Family {
        names: "expert advanced theory theoretical knowledge hard difficult concept",
        cues: "absolute advanced architecture axis because calculate cause century coefficient complex compute \
            constant correction curve define depend derive design distance divide energy equal equation \
            exact explain factor formula frequency gravity heat hydrogen law limit magnetic mass mathematics \
            mean model noise orbit particle period physics precise principle proof proportional radiation ratio \
            relative result scale science signal spectrum square surface system temperature theory trade unit \
            value velocity wavelength why",
        weight: 1.0,
        instructions: false,
    },
    Family {
        names: "beginner basic easy introductory novice simple fundamental",
        cues: "basic begin easy everyone first introduction learn simple start what",
        weight: 1.0,
        instructions: false,
    },
    Family {
        names: "positive good happy",
        cues: "amazing excellent glad good great happy like love nice perfect thank",
        weight: 1.0,
        instructions: false,
    },
    Family {
        names: "negative bad unhappy",
        cues: "angry awful bad broken fail hate not poor problem refund terrible worst",
        weight: 1.0,
        instructions: false,
    },
];
